// A compressed message: what crossed the wire, what it inflates to, and whether it was worth it.
import { negotiation, takesOver } from "./deflate-terms.js";
import { el } from "./dom.js";
import { refLink } from "./field-table.js";
import { bytes, number, share } from "./format.js";
import { spaced, visible } from "./hex.js";

/** @import { Connection } from "./connections.js" */
/** @import { Frame, Inflated, WireEvent } from "./event-types.js" */

/**
 * deflateView shows a compressed frame's two sizes as bars, and both contents.
 * @param {WireEvent} event
 * @param {Connection} [conn]
 */
export function deflateView({ frame, direction }, conn) {
  const inflated = frame?.inflated;
  const section = el("section", { class: "deflate", "aria-label": "Compression" });
  section.append(...reserved(frame));
  const takeover = takesOver(conn?.extensions, direction);
  if (takeover !== undefined) {
    section.append(el("p", {}, takeover ? "It may point back into the messages before it (context takeover): alone it may mean nothing. " : "It stands by itself: no context is taken over. ", refLink("RFC 7692 §7.1.1")));
  }
  if (!inflated) {
    section.append(el("p", {}, "Compressed. It inflates only with the message's last frame, where its length and text stand."));
    return section;
  }
  section.append(el("p", {}, verdict(inflated)), bars(inflated));
  section.append(
    el(
      "dl",
      {},
      el("dt", {}, "compressed"),
      el("dd", {}, el("code", {}, `${spaced(frame?.unmasked ?? frame?.payload ?? "")}${frame?.truncated ? " …" : ""}`)),
      el("dt", {}, "inflated"),
      el("dd", {}, el("code", {}, `${inflated.text === undefined ? spaced(inflated.payload) : visible(inflated.text)}${inflated.truncated ? " …" : ""}`)),
    ),
  );
  return section;
}

/**
 * reserved says what RSV1 is on this frame, and why.
 * @param {Frame | undefined} frame
 */
function reserved(frame) {
  if (frame?.part === undefined) return [];
  const text = frame.part === 1
    ? "RSV1 is 1: this frame begins a message that is compressed. "
    : frame.rsv1 ? "RSV1 is 1, and may stand on a message’s first frame only. " : "RSV1 is 0 here: it stands on a message’s first frame only, for all of it. ";
  return [el("p", {}, text, refLink("RFC 7692 §6"))];
}

/**
 * negotiationView explains what a handshake says of compression; undefined if it says nothing.
 * @param {Connection | undefined} conn
 */
export function negotiationView(conn) {
  if (conn?.offered === undefined && !conn?.extensions) return undefined;
  const { sentence, terms } = negotiation(conn.offered ?? "", conn.extensions);
  const section = el("section", { class: "deflate", "aria-label": "Compression, as negotiated" }, el("p", {}, sentence));
  if (terms.length === 0) return section;
  const cell = (/** @type {string} */ label, /** @type {string} */ text, odd = false) =>
    el("td", { class: odd ? "odd" : text === "no" ? "no" : undefined, "data-label": label }, text);
  section.append(
    el(
      "table",
      { class: "negotiated" },
      el("caption", { class: "visually-hidden" }, "Each parameter of permessage-deflate: offered, taken, and what that means"),
      el("thead", {}, el("tr", {}, ...["parameter", "offered", "taken", "so"].map((h) => el("th", { scope: "col" }, h)))),
      el("tbody", {}, ...terms.map((t) => el("tr", {}, el("th", { scope: "row" }, t.name), cell("offered", t.offered), cell("taken", t.taken, t.odd), el("td", {}, `${t.means} `, refLink(t.ref))))),
    ),
  );
  return section;
}

/** @param {Inflated} inflated */
function verdict({ compressed, length, error }) {
  if (error) return error;
  if (length === 0) return `Nothing, compressed, takes ${bytes(compressed)}.`;
  if (compressed > length) return `Compression made it larger: ${bytes(length)} became ${bytes(compressed)}, ${(compressed / length).toFixed(2)} times as much.`;
  if (compressed === length) return `Compression changed nothing in its size: ${bytes(length)} crossed as just as many.`;
  const ratio = length / compressed;
  return `${bytes(length)} crossed the wire as ${bytes(compressed)}: ${share(compressed, length)} of its size, a ratio of ${ratio < 10 ? ratio.toFixed(1) : number(Math.round(ratio))} to 1.`;
}

/** @param {Inflated} inflated */
function bars({ compressed, length }) {
  const most = Math.max(compressed, length, 1);
  return el("div", { class: "bars", "aria-hidden": "true" }, bar("on the wire", compressed, most, "wire"), bar("inflated", length, most, "plain"));
}

/**
 * @param {string} name
 * @param {number} n
 * @param {number} most
 * @param {string} kind
 */
function bar(name, n, most, kind) {
  const fill = el("i", { class: kind });
  fill.style.width = `${(n / most) * 100}%`;
  return el("div", { class: "bar-line" }, el("span", {}, name), el("span", { class: "track" }, fill), el("span", { class: "n" }, `${number(n)} B`));
}
