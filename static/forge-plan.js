// Frames in order, and how their bytes are cut into writes. No DOM.
import { HELLO, specOf } from "./forge-draft.js";
import { encode, hexOf } from "./forge-frame.js";
import { number, plural } from "./format.js";

/** @import { Draft, Planned, Preset, Write } from "./forge-types.js" */

/** What one forge may send, and in how many writes and how much time: the server's limits. */
export const MOST_BYTES = 64 << 10;
export const MOST_WRITES = 64;
export const MOST_FRAMES = 32;
export const MOST_PAUSE = 5000;

/**
 * layOut puts frames behind each other and cuts their bytes. A write begins at the first byte and
 * at each cut that lies within its frame.
 * @param {{ bytes: Uint8Array, cuts: Map<number, number> }[]} frames
 * @returns {{ bytes: Uint8Array, starts: number[], writes: Write[] }}
 */
export function layOut(frames) {
  const bytes = new Uint8Array(frames.reduce((n, f) => n + f.bytes.length, 0));
  /** @type {number[]} */
  const starts = [];
  /** @type {Map<number, number>} */
  const edges = new Map([[0, frames[0]?.cuts.get(0) ?? 0]]);
  let at = 0;
  for (const frame of frames) {
    starts.push(at);
    bytes.set(frame.bytes, at);
    for (const [offset, pause] of frame.cuts) if (offset < frame.bytes.length) edges.set(at + offset, pause);
    at += frame.bytes.length;
  }
  const order = [...edges].sort(([a], [b]) => a - b);
  return { bytes, starts, writes: order.map(([from, pause], i) => ({ from, to: order[i + 1]?.[0] ?? at, pause })) };
}

/**
 * whereIs finds the frame that holds a byte of the plan, and its place in that frame.
 * @param {number[]} starts
 * @param {number} byte
 * @returns {[frame: number, offset: number]}
 */
export function whereIs(starts, byte) {
  const frame = starts.findLastIndex((start) => start <= byte);
  return [frame, byte - (starts[frame] ?? 0)];
}

/**
 * order is what the server is asked to do.
 * @param {Uint8Array} bytes
 * @param {Write[]} writes
 * @param {string} offer of extensions
 * @param {{ library?: boolean }} [to]
 */
export function order(bytes, writes, offer, { library = false } = {}) {
  const upgrade = `/echo?breakdown=off${library ? "&library=gorilla" : ""}${offer ? "&deflate=on" : ""}`;
  return {
    upgrade,
    ...(offer ? { extensions: offer } : {}),
    writes: writes.map(({ from, to, pause }) => ({ bytes: hexOf(bytes.subarray(from, to)), ...(pause > 0 ? { pause } : {}) })),
  };
}

/**
 * planFault says why a plan can't be sent, or is empty.
 * @param {Uint8Array} bytes
 * @param {Write[]} writes
 */
export function planFault(bytes, writes) {
  if (bytes.length > MOST_BYTES) return `The frames have ${plural(bytes.length, "byte")}, and one forge sends ${number(MOST_BYTES)} at most. Take less payload.`;
  if (writes.length > MOST_WRITES) return `The bytes are cut into ${writes.length} writes, and one forge does ${MOST_WRITES} at most. Take some cuts out.`;
  const pauses = writes.reduce((sum, w) => sum + w.pause, 0);
  if (pauses > MOST_PAUSE) return `The pauses add up to ${plural(pauses, "millisecond")}, and one forge takes ${number(MOST_PAUSE)} at most. Shorten them.`;
  return "";
}

/**
 * planWords says what a plan amounts to: "3 frames in 1 write".
 * @param {number} frames
 * @param {Write[]} writes
 */
export function planWords(frames, writes) {
  const pauses = writes.reduce((sum, w) => sum + w.pause, 0);
  return `${plural(frames, "frame")} in ${plural(writes.length, "write")}${pauses > 0 ? `, with ${plural(pauses, "millisecond")} of pauses` : ""}`;
}

/**
 * fromPreset is a preset's plan. base takes the place of the RFC's “Hello” in all that doesn't
 * name a payload of its own.
 * @param {Preset} preset
 * @param {Partial<Draft>} [base]
 * @returns {Planned[]}
 */
export function fromPreset(preset, base = {}) {
  /** @type {Planned[]} */
  const plan = preset.frames.map((frame) => ({ draft: { ...HELLO, ...base, ...frame }, cuts: new Map() }));
  const { starts } = layOut(plan.map(({ draft, cuts }) => ({ bytes: encode(specOf(draft).spec), cuts })));
  for (const [byte, pause] of preset.cuts ?? []) {
    const [frame, offset] = whereIs(starts, byte);
    plan[frame]?.cuts.set(offset, pause);
  }
  return plan;
}

/**
 * unchanged says whether the bytes are just those of a preset, in the same writes.
 * @param {Preset} preset
 * @param {Uint8Array} bytes
 * @param {Write[]} writes
 * @param {string} offer
 */
export function unchanged(preset, bytes, writes, offer) {
  return offer === (preset.offer ?? "") && writes.map(({ from, to }) => hexOf(bytes.subarray(from, to))).join(" ") === preset.writes.join(" ");
}

/**
 * expected says how an answer compares with the one that its preset must get.
 * @param {{ back: string[], close?: number }} wanted
 * @param {{ received: string, status?: number, extensions?: string }} answer
 * @returns {{ right: boolean, words: string }}
 */
export function expected({ back, close }, { received }) {
  const frames = back.join("");
  const rest = received.startsWith(frames) ? received.slice(frames.length) : undefined;
  const code = rest?.startsWith("88") ? Number.parseInt(rest.slice(4, 8), 16) : undefined;
  const right = close === undefined ? rest === "" : code === close;
  const promised = [back.length > 0 ? `${plural(back.length, "frame")} back` : "", close === undefined ? "" : `close ${close}`].filter((s) => s !== "").join(", then ") || "nothing back";
  return { right, words: right ? `As this preset must be answered: ${promised}.` : `This preset must be answered otherwise: ${promised}.` };
}
