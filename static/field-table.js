// The fields of an event as a table: name, value, what it means, and where that is written.
import { el } from "./dom.js";
import { cut } from "./format.js";
import { spaced } from "./hex.js";
import { rfcLink, toneOf } from "./parts.js";
import { arrows, rove } from "./roving.js";

/** @import { Field, WireEvent } from "./event-types.js" */
/** @import { Linked } from "./linked.js" */

const LONGEST = 48; // characters of a value; the hex and the text have the rest

export class FieldTable {
  root = el("table", { class: "fieldtable" });
  #linked;
  /** @type {{ row: HTMLElement, name: HTMLElement }[]} */
  #rows;

  /**
   * @param {WireEvent} event
   * @param {Linked} linked
   * @param {AbortSignal} signal
   */
  constructor(event, linked, signal) {
    this.#linked = linked;
    this.#rows = linked.fields.map((field) => fieldRow(field, event));
    const head = el("tr", {}, ...["field", "value", "meaning"].map((h) => el("th", { scope: "col" }, h)));
    this.root.append(
      el("caption", { class: "visually-hidden" }, "The fields of this event; arrow keys go from field to field"),
      el("thead", { class: "visually-hidden" }, head),
      el("tbody", {}, ...this.#rows.map(({ row }) => row)),
    );
    rove(this.#names(), this.#rows[0]?.name);
    linked.addEventListener("light", () => this.#lit(), { signal });
    this.root.addEventListener("pointerover", (e) => this.#point(e.target), { signal });
    this.root.addEventListener("pointerleave", () => linked.dark(), { signal });
    this.root.addEventListener("focusin", (e) => this.#point(e.target), { signal });
    arrows(this.root, () => this.#names(), signal, { across: 0 });
  }

  #names() {
    return this.#rows.map(({ name }) => name);
  }

  /** @param {EventTarget | null} target */
  #at(target) {
    return this.#rows.findIndex(({ row }) => target instanceof Element && row.contains(target));
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    const at = this.#at(target);
    if (at >= 0) this.#linked.lightField(at);
  }

  #lit() {
    const { fields } = this.#linked.light;
    this.#rows.forEach(({ row }, i) => row.classList.toggle("lit", fields.includes(i)));
  }
}

/**
 * @param {Field} field
 * @param {WireEvent} event
 */
function fieldRow(field, event) {
  const name = el("th", { scope: "row", tabindex: "-1" }, el("i", { class: `swatch t-${toneOf(field)}`, "aria-hidden": "true" }), field.name);
  const meaning = el("td", {}, field.meaning);
  const ref = refLink(field.ref);
  if (ref) meaning.append(field.meaning ? " " : "", ref);
  const row = el("tr", {}, name, el("td", {}, valueOf(field, event)), meaning);
  return { row, name };
}

/**
 * valueOf is a field's value as a reader takes it in: a length with its form, an opcode with its name.
 * @param {Field} field
 * @param {WireEvent} event
 */
function valueOf(field, { frame }) {
  switch (field.name) {
    case "opcode":
      return `${field.value} ${frame?.type ?? ""}`;
    case "payload length":
      return frame?.lengthForm === 7 ? `${field.value} (7-bit form)` : field.value;
    case "extended payload length":
      return `${field.value} (${frame?.lengthForm}-bit form)`;
    case "masking key":
      return spaced(field.value);
  }
  return cut(field.value, LONGEST);
}

/**
 * refLink is a link to where a rule is published, or nothing.
 * @param {string} ref
 */
export function refLink(ref) {
  const href = rfcLink(ref);
  return href === undefined ? undefined : el("a", { class: "ref", href }, ref);
}
