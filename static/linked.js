// What is lit in the details: bit picture, hex, masking walk and field table show it together.
import { bytesOf, fieldsAt } from "./parts.js";

/** @import { Field } from "./event-types.js" */

/**
 * @typedef {{ fields: number[], ranges: [number, number][] }} Light
 *   fields that are lit, and ranges [from, to) of bytes.
 */

/** @type {Light} */
const DARK = { fields: [], ranges: [] };

/**
 * Linked holds what is lit and tells every view by a "light" event. Pointer and focus light; a press
 * pins, and nothing else lights until it is let go.
 */
export class Linked extends EventTarget {
  /** @type {Light} */
  light = DARK;
  pinned = false;

  /** @param {Field[]} fields */
  constructor(fields) {
    super();
    this.fields = fields;
  }

  /** @param {number} field */
  lightField(field) {
    const f = this.fields[field];
    if (f) this.#set({ fields: [field], ranges: [bytesOf(f)] });
  }

  /** @param {number[]} bytes */
  lightBytes(...bytes) {
    this.#set({
      fields: [...new Set(bytes.flatMap((b) => fieldsAt(this.fields, b)))],
      ranges: bytes.map((b) => [b, b + 1]),
    });
  }

  dark() {
    this.#set(DARK);
  }

  /** pin holds what is lit, or lets it go. Returns whether it holds now. */
  pin() {
    this.pinned = !this.pinned;
    if (!this.pinned) this.dark();
    else this.dispatchEvent(new Event("light"));
    return this.pinned;
  }

  /** unpin lets go of what was held, and says whether anything was. */
  unpin() {
    if (!this.pinned) return false;
    this.pin();
    return true;
  }

  /** @param {number} byte */
  hasByte(byte) {
    return this.light.ranges.some(([from, to]) => byte >= from && byte < to);
  }

  /**
   * touches says whether any lit byte lies in [from, to).
   * @param {number} from
   * @param {number} to
   */
  touches(from, to) {
    return this.light.ranges.some(([a, b]) => a < to && b > from);
  }

  /** @param {Light} light */
  #set(light) {
    if (this.pinned) return;
    this.light = light;
    this.dispatchEvent(new Event("light"));
  }
}
