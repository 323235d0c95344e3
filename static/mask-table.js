// The masking of one frame as a table: each byte on the wire, the key's byte, and what they give.
import { button, el, unit } from "./dom.js";
import { plural } from "./format.js";
import { characters, pair, parse } from "./hex.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Linked } from "./linked.js" */

const BLOCKS = 2; // blocks of columns before the reader asks for more

export class MaskTable {
  root = el("div", { class: "walks" });
  #linked;
  #header;
  #wire;
  #key;
  #plain;
  #chars;
  #columns = 0;
  #all = false;
  /** @type {HTMLElement[][]} */
  #cells = [];

  /**
   * @param {WireEvent} event a masked frame
   * @param {Linked} linked
   * @param {AbortSignal} signal
   */
  constructor(event, linked, signal) {
    this.#linked = linked;
    this.#header = event.frame?.headerLength ?? 0;
    this.#wire = parse(event.frame?.payload ?? "");
    this.#key = parse(event.frame?.maskingKey ?? "00000000");
    this.#plain = parse(event.frame?.unmasked ?? "");
    this.#chars = characters(this.#plain);
    const sized = new ResizeObserver(() => this.#fit());
    sized.observe(this.root);
    signal.addEventListener("abort", () => sized.disconnect());
    linked.addEventListener("light", () => this.#lit(), { signal });
    this.root.addEventListener("pointerover", (e) => this.#point(e.target), { signal });
    this.root.addEventListener("pointerleave", () => linked.dark(), { signal });
  }

  #fit() {
    const rem = unit(this.root);
    const columns = Math.max(4, Math.floor((this.root.clientWidth / rem - 8) / 3.4 / 4) * 4);
    if (this.root.clientWidth === 0 || columns === this.#columns) return;
    this.#columns = columns;
    this.#draw();
  }

  #draw() {
    this.#cells = [];
    const all = this.#wire.length;
    const shown = this.#all ? all : Math.min(all, BLOCKS * this.#columns);
    this.root.replaceChildren();
    for (let at = 0; at < shown; at += this.#columns) this.root.append(this.#block(at, Math.min(shown, at + this.#columns)));
    if (shown < all) {
      this.root.append(
        button(`Unmask ${plural(all - shown, "more byte")}`, () => {
          this.#all = true;
          this.#draw();
        }, { class: "btn small" }),
      );
    }
    this.#lit();
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  #block(from, to) {
    const wire = row("on the wire", "");
    const key = row("⊕ masking key", "t-key");
    const plain = row("= unmasked", "t-pay");
    for (let i = from; i < to; i++) {
      const cells = [
        el("td", { "data-at": i }, pair(this.#wire[i] ?? 0)),
        el("td", { "data-at": i }, pair(this.#key[i % 4] ?? 0)),
        el("td", { "data-at": i }, pair(this.#plain[i] ?? 0), el("span", { class: "char" }, this.#chars[i] ?? "")),
      ];
      [wire, key, plain].forEach((r, k) => r.append(cells[k] ?? ""));
      this.#cells[i] = cells;
    }
    // Empty columns keep the last block's columns under those of the others.
    for (let i = to; i < from + this.#columns && this.#wire.length > this.#columns; i++) for (const r of [wire, key, plain]) r.append(el("td", { "aria-hidden": "true" }));
    const caption = el("caption", { class: "visually-hidden" }, `Masking, payload bytes ${from} to ${to - 1}`);
    return el("table", { class: "masktable" }, caption, el("tbody", {}, wire, key, plain));
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    if (!(target instanceof Element)) return;
    const cell = target.closest("[data-at]");
    if (!(cell instanceof HTMLElement)) return;
    const i = Number(cell.dataset["at"]);
    this.#linked.lightBytes(this.#header + i, this.#header - 4 + (i % 4));
  }

  #lit() {
    this.#cells.forEach((cells, i) => {
      const payload = this.#linked.hasByte(this.#header + i);
      const key = this.#linked.hasByte(this.#header - 4 + (i % 4));
      cells[0]?.classList.toggle("lit", payload);
      cells[1]?.classList.toggle("lit", key);
      cells[2]?.classList.toggle("lit", payload);
    });
  }
}

/**
 * @param {string} name
 * @param {string} tone
 */
function row(name, tone) {
  return el("tr", { class: tone || undefined }, el("th", { scope: "row" }, name));
}
