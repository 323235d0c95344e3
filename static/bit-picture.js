// The RFC's picture of a frame, filled with one frame's own bits: 32, 16 or 8 of them a row.
import { el, unit } from "./dom.js";
import { plural } from "./format.js";
import { characters, pair, parse } from "./hex.js";
import { bitsOf, layOut, toneOf } from "./parts.js";
import { rove } from "./roving.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Linked } from "./linked.js" */
/** @import { Piece } from "./parts.js" */

/** How many rows of each width are drawn before the rest is only counted. */
const MOST = { 32: 7, 16: 10, 8: 14 };

/** @type {Record<string, string>} */
const SHORT = { RSV1: "R1", RSV2: "R2", RSV3: "R3" };

const TIGHT = 1.45; // rem: a bit that is narrower has no room for the word MASK

/** Rem that a row of so many bits needs to be read. */
/** @type {[32 | 16 | 8, number][]} */
const NEEDED = [
  [32, 42],
  [16, 19.5],
  [8, 0],
];

export class BitPicture {
  root = el("div", { class: "picture" });
  #event;
  #fields;
  #linked;
  #bytes;
  /** @type {string[]} what each payload byte stands for, unmasked */
  #plain;
  /** @type {32 | 16 | 8 | 0} */
  #width = 0;
  #tight = false;
  /** @type {{ piece: Piece, node: HTMLElement }[]} */
  #cells = [];

  /**
   * @param {WireEvent} event with its fields
   * @param {Linked} linked
   * @param {AbortSignal} signal
   */
  constructor(event, linked, signal) {
    this.#event = event;
    this.#fields = linked.fields;
    this.#linked = linked;
    this.#bytes = parse(event.bytes);
    this.#plain = plainOf(event);
    const sized = new ResizeObserver(() => this.#fit());
    sized.observe(this.root);
    signal.addEventListener("abort", () => sized.disconnect());
    linked.addEventListener("light", () => this.#lit(), { signal });
    this.root.addEventListener("pointerover", (e) => this.#point(e.target), { signal });
    this.root.addEventListener("pointerleave", () => linked.dark(), { signal });
    this.root.addEventListener("focusin", (e) => this.#point(e.target), { signal });
    this.root.addEventListener("keydown", (e) => this.#key(e), { signal });
    this.root.addEventListener("click", (e) => this.#press(e.target), { signal });
  }

  #fit() {
    const rem = unit(this.root);
    const have = this.root.clientWidth / rem;
    const width = NEEDED.find(([, needed]) => have >= needed)?.[0] ?? 8;
    const tight = have / width < TIGHT;
    if ((width === this.#width && tight === this.#tight) || this.root.clientWidth === 0) return;
    this.#width = width;
    this.#tight = tight;
    this.#draw(width);
  }

  /** @param {32 | 16 | 8} width */
  #draw(width) {
    const held = this.#cells.findIndex(({ node }) => node === document.activeElement);
    const field = this.#cells[held]?.piece.field;
    const { pieces, rest } = layOut(this.#fields, width, MOST[width]);
    const ruler = el("div", { class: "bitruler", "aria-hidden": "true" });
    for (let i = 0; i < width; i++) ruler.append(el("span", {}, String(i)));
    const bits = el("div", { class: "bitgrid", role: "group", "aria-label": `The frame's bits, ${width} a row; arrow keys go from field to field` });
    for (const grid of [ruler, bits]) grid.style.setProperty("--bits", String(width));
    this.#cells = pieces.map((piece) => ({ piece, node: this.#cell(piece) }));
    bits.append(...this.#cells.map(({ node }) => node));
    this.root.replaceChildren(ruler, bits);
    if (rest > 0) this.root.append(el("p", { class: "rest" }, this.#restWords(rest)));
    const first = this.#cells.find(({ piece }) => piece.first && piece.field === (field ?? 0));
    this.#stops(first?.node);
    if (held >= 0) first?.node.focus();
    this.#lit();
  }

  /** @param {number} rest bits that were kept and are not drawn */
  #restWords(rest) {
    const kept = rest / 8;
    const all = this.#event.size - this.#bytes.length + kept;
    return `… and ${plural(all, "more byte")} of payload${all > kept ? `, of which the log keeps ${kept}` : ""}`;
  }

  /** @param {Piece} piece */
  #cell(piece) {
    const field = this.#fields[piece.field];
    if (field === undefined) return el("span");
    const whole = piece.bit % 8 === 0 && piece.bits % 8 === 0;
    const value = whole
      ? [...this.#bytes.subarray(piece.bit / 8, (piece.bit + piece.bits) / 8)].map(pair).join(" ")
      : [...bitsOf(this.#bytes, piece.bit, piece.bits)].join(" ");
    const label = this.#label(piece);
    // What stands in the cell begins its name, so that whoever speaks to the page can call it so.
    const name = label.includes(field.name) ? "" : `, ${field.name}`;
    const words = `${value} ${label}${name}, ${plural(field.bits, "bit")}: ${field.value}${field.meaning ? `, ${field.meaning}` : ""}`;
    const node = el(
      "button",
      {
        type: "button",
        class: `bit f-${toneOf(field)}${piece.bits === 1 ? " one" : ""}`,
        tabindex: "-1",
        "data-field": piece.field,
        "aria-label": words,
        "aria-hidden": !piece.first && "true",
      },
      el("span", { class: "value" }, value),
      " ",
      el("small", {}, label),
    );
    node.style.gridColumn = `${piece.column + 1} / span ${piece.bits}`;
    return node;
  }

  /** @param {Piece} piece */
  #label(piece) {
    const field = this.#fields[piece.field];
    if (field === undefined) return "";
    const { name } = field;
    const split = !(piece.first && piece.last);
    const from = (piece.bit - field.bit) / 8;
    const range = `${piece.bits === 8 ? "byte" : "bytes"} ${from}${piece.bits === 8 ? "" : `–${from + piece.bits / 8 - 1}`}`;
    switch (name) {
      case "opcode":
        return `opcode: ${this.#event.frame?.type ?? field.value}`;
      case "payload length":
        return this.#event.frame?.lengthForm === 7 ? `length: ${field.value}` : `${field.value}: ${this.#event.frame?.lengthForm} bits follow`;
      case "extended payload length":
        return split ? `length, ${range}` : `length: ${field.value}`;
      case "payload data":
      case "reason":
        return this.#payloadLabel(piece, range);
      case "status code":
        return `code ${field.value}${this.#event.frame?.masked ? ", masked" : ""}`;
    }
    if (split) return `${name}, ${range}`;
    return this.#tight && name === "MASK" ? "M" : (SHORT[name] ?? name);
  }

  /**
   * @param {Piece} piece
   * @param {string} range
   */
  #payloadLabel(piece, range) {
    const header = this.#event.frame?.headerLength ?? 0;
    const at = piece.bit / 8 - header;
    const chars = this.#plain.slice(at, at + piece.bits / 8);
    const masked = this.#event.frame?.masked ? ", masked" : "";
    const text = chars.join("");
    const name = this.#fields[piece.field]?.name === "reason" ? "reason" : "payload";
    if (chars.length < piece.bits / 8 || text === "" || /^·+$/.test(text)) return `${name}, ${range}${masked}`;
    return `${name} “${text}”${masked}`;
  }

  /** @param {HTMLElement | undefined} stop */
  #stops(stop) {
    rove(this.#cells.map(({ node }) => node), stop);
  }

  /** @param {EventTarget | null} target */
  #at(target) {
    const node = target instanceof Element ? target.closest(".bit") : null;
    return this.#cells.find((cell) => cell.node === node);
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    const cell = this.#at(target);
    if (cell) this.#linked.lightField(cell.piece.field);
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const cell = this.#at(target);
    if (!cell) return;
    const same = this.#linked.pinned && this.#linked.light.fields[0] === cell.piece.field;
    this.#linked.unpin();
    if (same) return;
    this.#linked.lightField(cell.piece.field);
    this.#linked.pin();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const cell = this.#at(event.target);
    if (!cell) return;
    const to = this.#neighbour(cell.piece, event.key);
    if (to === undefined) return;
    event.preventDefault();
    const next = this.#cells.find(({ piece }) => piece.field === to && piece.first);
    if (!next) return;
    this.#stops(next.node);
    next.node.focus();
  }

  /**
   * neighbour is the field that a key leads to.
   * @param {Piece} piece
   * @param {string} key
   */
  #neighbour(piece, key) {
    const last = this.#cells.at(-1)?.piece.field ?? 0;
    switch (key) {
      case "ArrowRight":
        return Math.min(last, piece.field + 1);
      case "ArrowLeft":
        return Math.max(0, piece.field - 1);
      case "Home":
        return 0;
      case "End":
        return last;
      case "ArrowDown":
      case "ArrowUp": {
        const row = piece.row + (key === "ArrowDown" ? 1 : -1);
        const middle = piece.column + piece.bits / 2;
        const found = this.#cells.find((c) => c.piece.row === row && c.piece.column <= middle && c.piece.column + c.piece.bits > middle);
        return found?.piece.field ?? piece.field;
      }
    }
    return undefined;
  }

  #lit() {
    const { light } = this.#linked;
    for (const { piece, node } of this.#cells) {
      const from = Math.floor(piece.bit / 8);
      const to = Math.ceil((piece.bit + piece.bits) / 8);
      node.classList.toggle("lit", light.fields.includes(piece.field) && this.#linked.touches(from, to));
    }
  }
}

/**
 * plainOf is the payload as characters, a byte each, if it is text.
 * @param {WireEvent} event
 */
function plainOf({ frame }) {
  if (!frame || frame.compressed) return [];
  const reads = frame.messageType === "text" || frame.text !== undefined || frame.close !== undefined;
  return reads ? characters(parse(frame.unmasked ?? frame.payload)) : [];
}
