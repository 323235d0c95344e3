// Whether what the reader passes lasts, said on the page where it doesn't.
import { el } from "./dom.js";
import { keeps } from "./storage.js";

/** @import { KeepingMessage } from "./attempt-types.js" */

/** @type {boolean | undefined} */
let stores; // found out once: it does not change while the page is there

/**
 * keepingNotice fills a place on the page: with nothing, if all is well.
 * @param {HTMLElement} place
 * @param {KeepingMessage | undefined} keeping
 */
export function keepingNotice(place, keeping) {
  const why = [];
  stores ??= keeps();
  if (!stores) why.push("This browser stores nothing for this page, so each page begins with a wire of its own. Labs and exercises work all the same.");
  if (keeping?.ok === false) why.push(keeping.why ?? "The server can’t reach where it is stored. Labs and exercises work all the same.");
  const key = why.join(" ");
  if (place.dataset["key"] === key) return;
  place.dataset["key"] = key;
  place.replaceChildren(...(key === "" ? [] : [el("p", { class: "notice" }, el("strong", {}, "Progress isn’t being kept. "), key)]));
}
