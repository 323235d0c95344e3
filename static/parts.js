// The named parts of an event: which colour each has, and where its meaning is written down.

/** @import { Field } from "./event-types.js" */

/** @typedef {"ctl" | "mask" | "len" | "key" | "pay" | "rest"} Tone  the five colours, and none */

/** @type {Record<string, Tone>} */
const TONES = {
  FIN: "ctl",
  RSV1: "ctl",
  RSV2: "ctl",
  RSV3: "ctl",
  opcode: "ctl",
  MASK: "mask",
  "payload length": "len",
  "extended payload length": "len",
  "masking key": "key",
  "payload data": "pay",
  method: "ctl",
  "status code": "ctl",
  target: "len",
  "reason phrase": "len",
  version: "mask",
  "field name": "key",
  "field value": "pay",
  "chunk size": "len",
  "chunk data": "pay",
  body: "pay",
  reason: "pay",
};

/**
 * toneOf is the colour of a field. A close frame's status code is payload; a response's is control.
 * @param {Field} field
 */
export function toneOf(field) {
  if (field.name === "status code" && field.ref.startsWith("RFC 6455")) return "pay";
  return TONES[field.name] ?? "rest";
}

/**
 * rfcLink is where a reference such as "RFC 6455 §5.2" is published, or undefined.
 * @param {string} ref
 */
export function rfcLink(ref) {
  const m = /^RFC (\d+)(?: §([\d.]+))?/.exec(ref);
  if (m === null) return undefined;
  return `https://www.rfc-editor.org/rfc/rfc${m[1]}.html${m[2] ? `#section-${m[2]}` : ""}`;
}

/**
 * bitsOf reads a field's bits out of the event's bytes, as a string of 0 and 1.
 * @param {Uint8Array} bytes
 * @param {number} bit
 * @param {number} n
 */
export function bitsOf(bytes, bit, n) {
  let out = "";
  for (let i = bit; i < bit + n; i++) out += ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1;
  return out;
}

/**
 * A piece of a field that stands in one row of the bit picture.
 * @typedef {{ field: number, bit: number, bits: number, row: number, column: number, first: boolean, last: boolean }} Piece
 */

/**
 * layOut cuts fields into the rows of a picture that is `width` bits wide. Of the fields it takes
 * as many bits as fit into `most` rows; rest says how many did not.
 * @param {Field[]} fields
 * @param {number} width
 * @param {number} most
 * @returns {{ pieces: Piece[], rows: number, rest: number }}
 */
export function layOut(fields, width, most) {
  /** @type {Piece[]} */
  const pieces = [];
  const limit = width * most;
  let end = 0;
  fields.forEach((field, i) => {
    end = field.bit + field.bits;
    for (let bit = field.bit; bit < Math.min(end, limit); ) {
      const bits = Math.min(width - (bit % width), end - bit);
      pieces.push({
        field: i,
        bit,
        bits,
        row: Math.floor(bit / width),
        column: bit % width,
        first: bit === field.bit,
        last: bit + bits === end,
      });
      bit += bits;
    }
  });
  return { pieces, rows: Math.ceil(Math.min(end, limit) / width), rest: Math.max(0, end - limit) };
}

/**
 * fieldsAt is which fields have a bit in the given byte.
 * @param {Field[]} fields
 * @param {number} byte
 */
export function fieldsAt(fields, byte) {
  return fields.flatMap((f, i) => (f.bit < (byte + 1) * 8 && f.bit + f.bits > byte * 8 ? [i] : []));
}

/**
 * bytesOf is the range of bytes that a field touches: [from, to).
 * @param {Field} field
 * @returns {[number, number]}
 */
export function bytesOf(field) {
  return [field.bit >> 3, Math.ceil((field.bit + field.bits) / 8)];
}
