// The bytes of a plan as one strip, in which a cut can be set before any byte but the first.
import { el } from "./dom.js";
import { whereIs } from "./forge-plan.js";
import { plural } from "./format.js";
import { pair } from "./hex.js";
import { arrows, rove } from "./roving.js";

/** @import { Write } from "./forge-types.js" */

const SHOWN = 256; // bytes that stand in the strip

export class Strip {
  root = el("div", { class: "forge-strip" });
  /** @type {HTMLButtonElement[]} */
  #nodes = [];
  #at = 0; // the byte that Tab leads to
  #cut;

  /**
   * @param {(byte: number) => void} cut is told the byte before which the reader wants a cut, or none any more
   * @param {AbortSignal} signal
   */
  constructor(cut, signal) {
    this.#cut = cut;
    arrows(this.root, () => this.#nodes, signal, { down: () => this.#columns() });
    this.root.addEventListener("click", (e) => this.#press(e.target), { signal });
    this.root.addEventListener("focusin", (e) => {
      const at = this.#nodes.findIndex((node) => node === e.target);
      if (at >= 0) this.#at = at;
    }, { signal });
  }

  /** How many bytes stand in one row now: those as high as the first. */
  #columns() {
    const top = this.#nodes[0]?.offsetTop;
    const next = this.#nodes.findIndex((node) => node.offsetTop !== top);
    return next < 0 ? 0 : next;
  }

  /**
   * show draws the plan's bytes with the cuts between them.
   * @param {Uint8Array} bytes
   * @param {number[]} starts where each frame begins
   * @param {Write[]} writes
   * @param {number} chosen the frame that stands in the controls
   */
  show(bytes, starts, writes, chosen) {
    const held = this.#nodes.includes(/** @type {HTMLButtonElement} */ (document.activeElement));
    const cuts = new Map(writes.slice(1).map(({ from, pause }) => [from, pause]));
    this.#nodes = [...bytes.subarray(0, SHOWN)].map((byte, i) => this.#byte(byte, i, starts, cuts, chosen));
    const rest = bytes.length - this.#nodes.length;
    this.root.replaceChildren(
      el("div", { class: "strip-bytes", role: "group", "aria-label": "All bytes in order; arrow keys go from byte to byte, Space sets or takes away the cut before one" }, ...this.#nodes),
      rest > 0 && el("p", { class: "rest" }, `… and ${plural(rest, "more byte")}. Give its number to cut before one of them.`) || "",
    );
    const stop = this.#nodes[Math.min(this.#at, this.#nodes.length - 1)];
    rove(this.#nodes, stop);
    if (held) stop?.focus();
  }

  /**
   * @param {number} byte
   * @param {number} i
   * @param {number[]} starts
   * @param {Map<number, number>} cuts
   * @param {number} chosen
   */
  #byte(byte, i, starts, cuts, chosen) {
    const [frame, offset] = whereIs(starts, i);
    const cut = cuts.has(i);
    const state = i === 0 ? "the first write begins here" : cut ? "a write begins here" : "in the same write as the byte before it";
    return el(
      "button",
      {
        type: "button",
        class: `cut-byte${cut ? " cut" : ""}${offset === 0 ? " start" : ""}${frame === chosen ? " chosen" : ""}`,
        "aria-pressed": i > 0 && String(cut),
        "aria-disabled": i === 0 && "true",
        "aria-label": `${pair(byte)}, byte ${offset} of frame ${frame + 1}, ${state}`,
        title: i === 0 ? "The first write begins here" : cut ? "Take the cut before this byte away" : "Cut before this byte",
      },
      pair(byte),
    );
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const at = this.#nodes.findIndex((node) => node === target);
    if (at > 0) this.#cut(at);
  }
}
