// A line in place of what a lab folds away on a stage (slide-labs.css), so that a room knows there is more.
import { el } from "./dom.js";

/** @param {string} [text] */
export function folded(text = "") {
  return el("p", { class: "folded" }, text);
}
