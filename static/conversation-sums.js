// What the labs of a conversation compute: frames out of a text with cuts, round trips, and what
// the wire shows of a message. No DOM.
import { plural } from "./format.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { FrameSpec } from "./forge-frame.js" */

export const CUT = "|"; // where the reader cuts a text
export const MOST_PIECES = 16;

/**
 * What may stand between two pieces.
 * @typedef {"" | "ping" | "pong" | "text" | "close"} Between
 */

/**
 * pieces cuts a text where the reader put a mark.
 * @param {string} text
 */
export function pieces(text) {
  return text.split(CUT);
}

/**
 * plan is the frames of a message in pieces, with what stands between them.
 * @param {string[]} parts
 * @param {Between[]} between behind each piece but the last
 * @param {() => Uint8Array} key draws a masking key
 * @returns {FrameSpec[]}
 */
export function plan(parts, between, key) {
  const utf8 = new TextEncoder();
  const frame = (/** @type {number} */ opcode, /** @type {boolean} */ fin, /** @type {Uint8Array} */ payload) =>
    /** @type {FrameSpec} */ ({ fin, rsv1: false, rsv2: false, rsv3: false, opcode, mask: true, key: key(), lengthForm: "auto", claimed: undefined, payload });
  return parts.flatMap((part, i) => {
    const last = i === parts.length - 1;
    const frames = [frame(i === 0 ? 1 : 0, last, utf8.encode(part))];
    const what = last ? "" : (between[i] ?? "");
    if (what === "ping") frames.push(frame(9, true, utf8.encode(`ping ${i + 1}`)));
    if (what === "pong") frames.push(frame(10, true, utf8.encode(`pong ${i + 1}`)));
    if (what === "text") frames.push(frame(1, true, utf8.encode("another message")));
    if (what === "close") frames.push(frame(8, true, Uint8Array.of(0x03, 0xe8)));
    return frames;
  });
}

/**
 * summary says what became of a message in pieces, from what the wire carried.
 * @param {WireEvent[]} events of its connection
 */
export function summary(events) {
  const up = events.filter((e) => e.direction === "up" && e.frame);
  const down = events.filter((e) => e.direction === "down" && e.frame);
  const first = up.find((e) => e.frame?.message === 1)?.frame;
  if (first === undefined) return "";
  const data = (/** @type {WireEvent[]} */ list) => list.filter((e) => e.frame?.message === 1);
  const sent = data(up);
  const back = data(down);
  const sizes = (/** @type {WireEvent[]} */ list) => list.map((e) => e.payloadLength).join(", ");
  const whole = sent.some((e) => e.frame?.fin);
  const said = [`${plural(sent.length, "frame")} up${whole ? ", one message" : ", and the message isn't whole"}: ${sizes(sent)} bytes of payload.`];
  const broken = up.flatMap((e) => e.violations ?? [])[0];
  const close = down.find((e) => e.frame?.type === "close")?.frame?.close;
  if (broken) said.push(`${broken.detail} ${broken.text} ${broken.ref}.`);
  if (back.length > 0) said.push(`The mirror came back in ${sizes(back) === sizes(sent) ? "frames of the same sizes" : plural(back.length, "frame")}: ${sizes(back)}.`);
  const pong = down.find((e) => e.frame?.type === "pong");
  const end = back.find((e) => e.frame?.fin);
  if (pong && end) said.push(pong.seq < end.seq ? "The pong came before the mirror's last frame." : "The pong came behind the mirror.");
  if (close && !broken) said.push("A close frame in the middle ended it all: the message was never whole.");
  if (close) said.push(`The server closed with ${close.code}.`);
  return said.join(" ");
}

/**
 * spread is the least, the middle and the most of some times.
 * @param {number[]} times
 */
export function spread(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ i) => sorted[i] ?? 0;
  return { least: at(0), middle: at(Math.floor((sorted.length - 1) / 2)), most: at(sorted.length - 1) };
}

/**
 * changes counts how often a list goes on with another than the one before.
 * @param {number[]} list
 */
export function changes(list) {
  return list.filter((n, i) => i > 0 && n !== list[i - 1]).length;
}
