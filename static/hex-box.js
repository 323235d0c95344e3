// A text area in which places can be marked: behind it stands the same text, with the marks.
import { el, freshId } from "./dom.js";

/** @typedef {{ from: number, to: number, kind: "fault" | "chosen" }} Mark */

const MARKED = 65_536; // characters of a text in which places are marked

export class HexBox {
  root = el("div", { class: "hexbox" });
  area;
  #under = el("pre", { class: "under", "aria-hidden": "true" });
  /** @type {Mark[]} */
  #marks = [];

  /**
   * @param {string} label
   * @param {() => void} changed
   * @param {AbortSignal} signal
   */
  constructor(label, changed, signal) {
    const id = freshId("hex");
    this.area = el("textarea", { id, spellcheck: "false", autocomplete: "off", autocapitalize: "off", rows: "8", placeholder: "81 85 37 fa 21 3d 7f 9f 4d 51 58" });
    this.root.append(el("label", { for: id }, label), el("div", { class: "layers" }, this.#under, this.area));
    this.area.addEventListener("input", () => {
      this.mark([]);
      changed();
    }, { signal });
    this.area.addEventListener("scroll", () => this.#follow(), { signal, passive: true });
  }

  get text() {
    return this.area.value;
  }

  /** @param {string} text */
  set text(text) {
    this.area.value = text;
    this.mark([]);
  }

  /**
   * mark shows places, and no others.
   * @param {Mark[]} marks
   */
  mark(marks) {
    if (marks.length === 0 && this.#marks.length === 0) return;
    this.#marks = marks;
    const text = this.area.value;
    if (marks.length === 0 || text.length > MARKED) {
      this.#under.replaceChildren();
      return;
    }
    const cuts = [...new Set([0, text.length, ...marks.flatMap(({ from, to }) => [from, to])])].filter((n) => n <= text.length).sort((a, b) => a - b);
    const parts = cuts.slice(1).map((to, i) => {
      const from = cuts[i] ?? 0;
      const kinds = marks.filter((m) => m.from <= from && m.to >= to).map((m) => m.kind);
      const piece = text.slice(from, to);
      return kinds.length === 0 ? piece : el("mark", { class: kinds.includes("fault") ? "fault" : "chosen" }, piece);
    });
    this.#under.replaceChildren(...parts, "\n"); // a last line break shows only with something behind it
    this.#follow();
  }

  /**
   * reveal scrolls a mark into sight, inside the box alone.
   */
  reveal() {
    const first = this.#under.querySelector("mark");
    if (!(first instanceof HTMLElement)) return;
    const { offsetTop, offsetHeight } = first;
    const { scrollTop, clientHeight } = this.area;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) this.area.scrollTop = Math.max(0, offsetTop - clientHeight / 3);
    this.#follow();
  }

  #follow() {
    this.#under.scrollTop = this.area.scrollTop;
    this.#under.scrollLeft = this.area.scrollLeft;
  }
}
