// The resume link, /#wire=ID: a page that is opened with it asks before it takes that wire over.
import { button, el, freshId } from "./dom.js";
import { adoptWire, isWireId, wireId } from "./wire-id.js";

/** @param {string} id */
export function resumeLink(id) {
  return `${location.origin}/#wire=${id}`;
}

/**
 * wireIn is the wire that a fragment names, if it names one.
 * @param {string} hash
 */
export function wireIn(hash) {
  const id = /^#wire=(.*)$/i.exec(hash)?.[1]?.toLowerCase() ?? null;
  return isWireId(id) ? /** @type {string} */ (id) : undefined;
}

/** offerResume asks about the wire in the page's address, now and whenever that changes. */
export function offerResume() {
  offer();
  addEventListener("hashchange", offer);
}

function offer() {
  const id = wireIn(location.hash);
  if (id === undefined) return;
  // The link must not stay in the address: it would ask again, and be bookmarked by mistake.
  history.replaceState(history.state, "", location.pathname + location.search);
  if (id !== wireId()) ask(id);
}

/** @param {string} id */
function ask(id) {
  const title = freshId("resume");
  const said = el("p", { class: "said", role: "status" });
  const dialog = el(
    "dialog",
    { class: "resume-dialog", "aria-labelledby": title },
    el("h2", { id: title }, "Go on with another wire?"),
    el("p", {}, "The link that you opened names the wire ", el("code", {}, id), ". This browser’s own is ", el("code", {}, wireId()), "."),
    el("p", {}, "If you take it over, this browser goes on with what was passed there. What was passed here stays with this browser’s own wire; to come back to it, keep its link:"),
    el("p", {}, el("code", {}, resumeLink(wireId()))),
    el("p", { class: "choices" }, button("Take it over", () => take(id, said), { class: "btn primary" }), button("Keep my own", () => dialog.close(), { class: "btn", autofocus: true })),
    said,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {string} id
 * @param {HTMLElement} said
 */
function take(id, said) {
  if (adoptWire(id)) location.reload();
  else said.textContent = "This browser stores nothing for this page, so it can’t keep that wire either. Allow storage for this site, and open the link again.";
}
