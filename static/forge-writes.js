// The writes of a plan as a list, each with the pause before it.
import { el, freshId } from "./dom.js";
import { MOST_PAUSE } from "./forge-plan.js";
import { plural } from "./format.js";

/** @import { Write } from "./forge-types.js" */

export class WriteList {
  root = el("ol", { class: "forge-writes" });
  /** @type {{ node: HTMLElement, words: HTMLElement, pause: HTMLInputElement }[]} */
  #rows = [];
  #paused;

  /** @param {(write: number, pause: number) => void} paused is told a pause that the reader has set */
  constructor(paused) {
    this.#paused = paused;
  }

  /** @param {Write[]} writes */
  show(writes) {
    this.root.hidden = writes.length < 2;
    while (this.#rows.length > writes.length) this.#rows.pop()?.node.remove();
    while (this.#rows.length < writes.length) this.#add(this.#rows.length);
    writes.forEach(({ from, to, pause }, i) => {
      const row = this.#rows[i];
      if (row === undefined) return;
      row.words.textContent = `${plural(to - from, "byte")}, ${to - from === 1 ? `byte ${from}` : `bytes ${from}–${to - 1}`}, after`;
      if (document.activeElement !== row.pause) row.pause.value = String(pause);
    });
  }

  /** @param {number} i */
  #add(i) {
    const id = freshId("pause");
    const words = el("span", {});
    const pause = el("input", { type: "number", id, min: 0, max: MOST_PAUSE, step: 10, "aria-label": `Milliseconds before write ${i + 1}` });
    pause.addEventListener("input", () => {
      const ms = Math.trunc(Number(pause.value));
      if (Number.isFinite(ms) && ms >= 0) this.#paused(i, ms);
    });
    const node = el("li", {}, words, " ", pause, " ms");
    this.#rows.push({ node, words, pause });
    this.root.append(node);
  }
}
