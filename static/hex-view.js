// An event's kept bytes in hex: a line of them if they are few, a dump with offsets if many.
import { button, el, unit } from "./dom.js";
import { plural } from "./format.js";
import { glyph, pair, parse } from "./hex.js";
import { fieldsAt, toneOf } from "./parts.js";
import { arrows, rove } from "./roving.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Linked } from "./linked.js" */

const FEW = 32; // bytes that stand in one line
const SHOWN = 128; // bytes of a dump before the reader asks for more

export class HexView {
  root = el("div", { class: "hexes" });
  #event;
  #linked;
  #bytes;
  /** @type {HTMLElement[]} */
  #nodes = [];
  /** @type {HTMLElement[]} */
  #glyphs = [];
  #columns = 0;
  #all = false;

  /**
   * @param {WireEvent} event
   * @param {Linked} linked
   * @param {AbortSignal} signal
   */
  constructor(event, linked, signal) {
    this.#event = event;
    this.#linked = linked;
    this.#bytes = parse(event.bytes);
    const sized = new ResizeObserver(() => this.#fit());
    sized.observe(this.root);
    signal.addEventListener("abort", () => sized.disconnect());
    linked.addEventListener("light", () => this.#lit(), { signal });
    this.root.addEventListener("pointerover", (e) => this.#point(e.target), { signal });
    this.root.addEventListener("pointerleave", () => linked.dark(), { signal });
    this.root.addEventListener("focusin", (e) => this.#point(e.target), { signal });
    arrows(this.root, () => this.#nodes, signal, { down: () => (this.#bytes.length <= FEW ? 0 : this.#columns) });
    this.root.addEventListener("click", (e) => this.#press(e.target), { signal });
  }

  #fit() {
    const rem = unit(this.root);
    const have = this.root.clientWidth / rem;
    if (have === 0) return;
    const columns = have >= 31 ? 16 : 8;
    this.root.classList.toggle("wide", have >= 40);
    if (columns === this.#columns) return;
    this.#columns = columns;
    this.#draw();
  }

  #draw() {
    const held = this.#nodes.findIndex((node) => node === document.activeElement);
    const few = this.#bytes.length <= FEW;
    const shown = this.#all || few ? this.#bytes : this.#bytes.subarray(0, SHOWN);
    this.#nodes = [...shown].map((byte, i) => this.#byte(byte, i));
    this.#glyphs = [];
    const body = el("div", { class: few ? "hexline" : "hexdump", role: "group", "aria-label": "The bytes in hex; arrow keys go from byte to byte" });
    if (few) body.append(...this.#nodes);
    else for (let at = 0; at < shown.length; at += this.#columns) body.append(this.#line(at, shown));
    this.root.replaceChildren(body);
    this.#foot(shown.length);
    const stop = this.#nodes[Math.max(0, held)];
    rove(this.#nodes, stop);
    if (held >= 0) stop?.focus();
    this.#lit();
  }

  /** @param {number} shown */
  #foot(shown) {
    const rest = this.#bytes.length - shown;
    if (rest > 0) {
      this.root.append(
        button(`${plural(rest, "more byte")} of hex`, () => {
          this.#all = true;
          this.#draw();
          this.#nodes[shown]?.focus();
        }, { class: "btn small" }),
      );
    } else if (this.#event.truncated) {
      this.root.append(
        el("p", { class: "rest" }, `The log keeps the first ${this.#bytes.length} of ${plural(this.#event.size, "byte")}.`),
      );
    }
  }

  /**
   * @param {number} byte
   * @param {number} at
   */
  #byte(byte, at) {
    const fields = fieldsAt(this.#linked.fields, at);
    const names = fields.map((i) => this.#linked.fields[i]?.name).join(", ");
    const tones = fields.flatMap((i) => {
      const field = this.#linked.fields[i];
      return field ? [toneOf(field)] : [];
    });
    const node = el(
      "button",
      { type: "button", class: `byte f-${tones.at(-1) ?? "rest"}`, "data-at": at, "aria-label": `byte ${at}: ${pair(byte)}${names ? `, ${names}` : ""}` },
      pair(byte),
    );
    if (tones[0] === "mask" && tones[1] === "len") node.classList.add("both");
    return node;
  }

  /**
   * @param {number} at
   * @param {Uint8Array} shown
   */
  #line(at, shown) {
    const to = at + this.#columns;
    const glyphs = [...shown.subarray(at, to)].map((byte) => el("span", {}, glyph(byte)));
    this.#glyphs.push(...glyphs);
    return el(
      "div",
      { class: "line" },
      el("span", { class: "offset", "aria-hidden": "true" }, at.toString(16).padStart(4, "0")),
      bytesOfLine(this.#nodes.slice(at, to), this.#columns),
      el("span", { class: "glyphs", "aria-hidden": "true" }, ...glyphs),
    );
  }

  /** @param {EventTarget | null} target */
  #at(target) {
    return target instanceof HTMLElement ? this.#nodes.indexOf(target) : -1;
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    const at = this.#at(target);
    if (at >= 0) this.#linked.lightBytes(at);
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const at = this.#at(target);
    if (at < 0) return;
    const same = this.#linked.pinned && this.#linked.hasByte(at);
    this.#linked.unpin();
    if (same) return;
    this.#linked.lightBytes(at);
    this.#linked.pin();
  }

  #lit() {
    if (this.#linked.pinned && !this.#all && this.#bytes.length > this.#nodes.length && this.#nodes.length > 0 && this.#linked.touches(this.#nodes.length, this.#bytes.length)) {
      this.#all = true; // what is held must be in sight
      this.#draw();
      return;
    }
    this.#nodes.forEach((node, i) => node.classList.toggle("lit", this.#linked.hasByte(i)));
    this.#glyphs.forEach((node, i) => node.classList.toggle("lit", this.#linked.hasByte(i)));
  }
}

/**
 * @param {HTMLElement[]} nodes
 * @param {number} columns
 */
function bytesOfLine(nodes, columns) {
  const line = el("span", { class: "bytes" }, ...nodes);
  line.style.setProperty("--columns", String(columns));
  return line;
}
