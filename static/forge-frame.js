// One frame's bytes from what its fields are to say, right or wrong. It encodes only: what bytes
// mean, and which rules they break, the server's decoder says.
import { pair, parse } from "./hex.js";

/** @import { Field } from "./event-types.js" */

/**
 * @typedef {7 | 16 | 64} LengthForm
 * @typedef {object} FrameSpec
 * @property {boolean} fin
 * @property {boolean} rsv1
 * @property {boolean} rsv2
 * @property {boolean} rsv3
 * @property {number} opcode 0 to 15
 * @property {boolean} mask
 * @property {Uint8Array} key four bytes, that count only if mask is set
 * @property {LengthForm | "auto"} lengthForm auto: the shortest that holds the length
 * @property {bigint | undefined} claimed the length that the header says; undefined: the true one
 * @property {Uint8Array} payload before masking
 */

/** What the RFC calls the sixteen opcodes (§5.2). */
export const OPCODES = Object.freeze([
  "continuation",
  "text",
  "binary",
  ...Array(5).fill("reserved"),
  "close",
  "ping",
  "pong",
  ...Array(5).fill("reserved"),
]);

/** The largest length that each form can say. In 7 bits, 126 and 127 announce the other forms. */
const MOST = { 7: 125n, 16: 0xffffn, 64: 0xffff_ffff_ffff_ffffn };

const NAMED = 32; // bytes of payload that a field's value holds

/**
 * shortest is the shortest form that holds a length.
 * @param {bigint} length
 * @returns {LengthForm}
 */
export function shortest(length) {
  if (length <= MOST[7]) return 7;
  return length <= MOST[16] ? 16 : 64;
}

/**
 * said is the length that a frame's header says, and the form that it stands in.
 * @param {FrameSpec} spec
 */
export function said({ lengthForm, claimed, payload }) {
  const length = claimed ?? BigInt(payload.length);
  return { length, form: lengthForm === "auto" ? shortest(length) : lengthForm };
}

/**
 * fault says why a frame can't be written, or is empty. Whatever fits into the fields can.
 * @param {FrameSpec} spec
 */
export function fault(spec) {
  const { length, form } = said(spec);
  if (length < 0n || length > MOST[64]) return "A length has 64 bits at most, and no sign.";
  if (length <= MOST[form]) return "";
  return `${form} bits can't say ${length}: ${MOST[form]} is the most. Choose a longer form, or claim less.`;
}

/**
 * encode writes the frame. It throws a RangeError with the frame's fault.
 * @param {FrameSpec} spec
 */
export function encode(spec) {
  const wrong = fault(spec);
  if (wrong !== "") throw new RangeError(wrong);
  const { length, form } = said(spec);
  const extended = { 7: 0, 16: 2, 64: 8 }[form];
  const header = 2 + extended + (spec.mask ? 4 : 0);
  const bytes = new Uint8Array(header + spec.payload.length);
  const view = new DataView(bytes.buffer);
  const bit = (/** @type {boolean} */ set, /** @type {number} */ value) => (set ? value : 0);
  bytes[0] = bit(spec.fin, 0x80) | bit(spec.rsv1, 0x40) | bit(spec.rsv2, 0x20) | bit(spec.rsv3, 0x10) | (spec.opcode & 0x0f);
  bytes[1] = bit(spec.mask, 0x80) | (form === 7 ? Number(length) : form === 16 ? 126 : 127);
  if (form === 16) view.setUint16(2, Number(length));
  if (form === 64) view.setBigUint64(2, length);
  if (spec.mask) bytes.set(spec.key, 2 + extended);
  for (const [i, byte] of spec.payload.entries()) bytes[header + i] = spec.mask ? byte ^ (spec.key[i % 4] ?? 0) : byte;
  return bytes;
}

/**
 * hexOf writes bytes as hex without spaces.
 * @param {Iterable<number>} bytes
 */
export function hexOf(bytes) {
  return [...bytes].map(pair).join("");
}

/**
 * readHex reads what somebody typed, with or without spaces: bytes, or a fault that says which
 * character is wrong.
 * @param {string} text
 * @returns {{ bytes: Uint8Array, fault: string }}
 */
export function readHex(text) {
  const none = new Uint8Array();
  const odd = [...text].findIndex((c) => !/[0-9a-f\s]/i.test(c));
  if (odd >= 0) return { bytes: none, fault: `Character ${odd + 1}, “${[...text][odd]}”, is no hex digit: use 0 to 9 and a to f.` };
  const digits = text.replace(/\s/g, "");
  if (digits.length % 2 === 1) return { bytes: none, fault: "The last byte has one digit. Each byte is two." };
  return { bytes: parse(digits), fault: "" };
}

/**
 * fields are the parts of the frame that encode writes, every bit once, in order.
 * @param {FrameSpec} spec
 * @returns {Field[]}
 */
export function fields(spec) {
  const { length, form } = said(spec);
  const bit = (/** @type {boolean} */ set) => (set ? "1" : "0");
  /** @type {[name: string, bits: number, value: string, meaning: string, ref: string][]} */
  const parts = [
    ["FIN", 1, bit(spec.fin), spec.fin ? "last frame of its message" : "more frames of this message follow", "RFC 6455 §5.2"],
    ["RSV1", 1, bit(spec.rsv1), "reserved", "RFC 6455 §5.2"],
    ["RSV2", 1, bit(spec.rsv2), "reserved", "RFC 6455 §5.2"],
    ["RSV3", 1, bit(spec.rsv3), "reserved", "RFC 6455 §5.2"],
    ["opcode", 4, String(spec.opcode), OPCODES[spec.opcode] ?? "", "RFC 6455 §5.2"],
    ["MASK", 1, bit(spec.mask), spec.mask ? "the payload is masked" : "the payload is as it is", "RFC 6455 §5.2"],
    form === 7
      ? ["payload length", 7, String(length), "bytes of payload", "RFC 6455 §5.2"]
      : ["payload length", 7, form === 16 ? "126" : "127", `the next ${form} bits hold the length`, "RFC 6455 §5.2"],
  ];
  if (form !== 7) parts.push(["extended payload length", form, String(length), "bytes of payload", "RFC 6455 §5.2"]);
  if (spec.mask) parts.push(["masking key", 32, hexOf(spec.key), "payload byte i is XORed with key byte i mod 4", "RFC 6455 §5.3"]);
  if (spec.payload.length > 0) parts.push(["payload data", 8 * spec.payload.length, hexOf(spec.payload.subarray(0, NAMED)), spec.mask ? "before masking" : "as it stands on the wire", "RFC 6455 §5.2"]);
  let at = 0;
  return parts.map(([name, bits, value, meaning, ref]) => {
    const field = { name, bit: at, bits, value, meaning, ref };
    at += bits;
    return field;
  });
}
