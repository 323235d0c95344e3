// The mirror and a library side by side: what each made of the same bytes, frame by frame.
import { el, button } from "./dom.js";
import { compare } from "./forge-library.js";
import { plural } from "./format.js";
import { visible } from "./hex.js";

/** @import { Compared } from "./forge-library.js" */
/** @import { Heard } from "./forge-types.js" */

const SHOWN = 64; // rows

export class BothView {
  root = el("div", { class: "forge-both", hidden: true });
  #said = el("p", { class: "said", role: "status" });
  #rows = el("tbody");
  #table;
  #select;

  /** @param {(seq: number) => void} select is told the event that the reader wants to see */
  constructor(select) {
    this.#select = select;
    const heads = ["you sent", "the mirror", "gorilla", ""].map((text) => el("th", { scope: "col" }, text || el("span", { class: "visually-hidden" }, "what gorilla did")));
    this.#table = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The same bytes, answered by the mirror and by gorilla/websocket" }, el("table", {}, el("thead", {}, el("tr", {}, ...heads)), this.#rows));
    this.root.append(el("h4", {}, "What a library lets through"), this.#said, this.#table);
  }

  hide() {
    this.root.hidden = true;
  }

  /** @param {string} text */
  say(text) {
    this.root.hidden = false;
    this.#table.hidden = true;
    this.#said.textContent = text;
  }

  /**
   * @param {Heard} mirror
   * @param {Heard} library
   */
  show(mirror, library) {
    const rows = compare(mirror, library);
    this.root.hidden = false;
    this.#table.hidden = rows.length === 0;
    const words = sum(rows);
    if (this.#said.textContent !== words) this.#said.textContent = words;
    this.#rows.replaceChildren(...rows.slice(0, SHOWN).map((row) => this.#row(row)));
  }

  /** @param {Compared} row */
  #row({ sent, mirror, library, mark, why }) {
    return el(
      "tr",
      { "data-mark": mark || undefined },
      el("th", { scope: "row" }, button(sent.summary, () => this.#select(sent.seq), { class: "link" })),
      el("td", { "data-of": "the mirror" }, visible(mirror)),
      el("td", { "data-of": "gorilla" }, visible(library)),
      el("td", {}, mark && el("strong", { class: "mark" }, mark), mark && " ", visible(why)),
    );
  }
}

/** @param {Compared[]} rows */
function sum(rows) {
  if (rows.length === 0) return "Nothing of it has been told on your wire yet.";
  const count = (/** @type {string} */ mark) => rows.filter((row) => row.mark === mark).length;
  const parts = /** @type {const} */ (["let pass", "merged", "hid", "refused"]).flatMap((mark) => (count(mark) > 0 ? [`${mark} ${count(mark)}`] : []));
  const all = `Of ${plural(rows.length, "frame")} gorilla/websocket`;
  return parts.length === 0 ? `${all} answered each as the mirror did.` : `${all} ${parts.join(", ")}.`;
}
