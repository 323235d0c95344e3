// An HTTP head, line by line: each field with its name, what it is for, and how many bytes it takes.
import { el } from "./dom.js";
import { refLink } from "./field-table.js";
import { bytes as size } from "./format.js";
import { parse, utf8, visible } from "./hex.js";
import { toneOf } from "./parts.js";
import { arrows, rove } from "./roving.js";

/** @import { Field, WireEvent } from "./event-types.js" */
/** @import { Linked } from "./linked.js" */

export class HeadView {
  root = el("ol", { class: "headlines", "aria-label": "The head, line by line; arrow keys go from part to part" });
  #linked;
  /** @type {{ node: HTMLElement, field: number }[]} */
  #parts = [];

  /**
   * @param {WireEvent} event a request or response
   * @param {Linked} linked
   * @param {AbortSignal} signal
   */
  constructor(event, linked, signal) {
    this.#linked = linked;
    const bytes = parse(event.bytes);
    for (const line of lines(linked.fields)) this.root.append(this.#line(line, bytes));
    rove(this.#parts.map(({ node }) => node), this.#parts[0]?.node);
    linked.addEventListener("light", () => this.#lit(), { signal });
    this.root.addEventListener("pointerover", (e) => this.#point(e.target), { signal });
    this.root.addEventListener("pointerleave", () => linked.dark(), { signal });
    this.root.addEventListener("focusin", (e) => this.#point(e.target), { signal });
    arrows(this.root, () => this.#parts.map(({ node }) => node), signal);
  }

  /**
   * @param {number[]} line
   * @param {Uint8Array} bytes
   */
  #line(line, bytes) {
    const text = el("code", { class: "headline" });
    const item = el("li", {}, text);
    let bits = 0;
    /** @type {Field | undefined} */
    let explained;
    for (const i of line) {
      const field = this.#linked.fields[i];
      if (field === undefined) continue;
      bits += field.bits;
      if (["method", "status code", "field name", "blank line"].includes(field.name)) explained = field;
      text.append(this.#part(field, i, bytes));
    }
    item.append(el("span", { class: "size" }, size(bits / 8)));
    if (explained?.meaning) item.append(el("span", { class: "meaning" }, explained.meaning, " ", refLink(explained.ref)));
    return item;
  }

  /**
   * @param {Field} field
   * @param {number} i
   * @param {Uint8Array} bytes
   */
  #part(field, i, bytes) {
    const raw = bytes.subarray(field.bit / 8, (field.bit + field.bits) / 8);
    const tone = toneOf(field);
    const node = el("span", { class: `part t-${tone}` }, visible(utf8(raw) ?? field.value));
    if (tone !== "rest" || field.name === "blank line") {
      node.setAttribute("role", "note");
      node.setAttribute("aria-label", `${field.name}: ${utf8(raw)?.trim() || field.value}`);
      this.#parts.push({ node, field: i });
    }
    return node;
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    const part = this.#parts.find(({ node }) => node === target);
    if (part) this.#linked.lightField(part.field);
  }

  #lit() {
    const { fields } = this.#linked.light;
    for (const { node, field } of this.#parts) node.classList.toggle("lit", fields.includes(field));
  }
}

/**
 * lines cuts the fields of a head where its lines end.
 * @param {Field[]} fields
 */
export function lines(fields) {
  /** @type {number[][]} */
  const out = [];
  /** @type {number[]} */
  let line = [];
  fields.forEach((field, i) => {
    line.push(i);
    if (field.name !== "line end" && field.name !== "blank line" && field.name !== "empty line") return;
    out.push(line);
    line = [];
  });
  if (line.length > 0) out.push(line);
  return out;
}
