// What polling cost and what it brought: counted from the wire's exchanges.
import { parse, utf8 } from "./hex.js";

/** @import { Exchange } from "./exchanges.js" */
/** @import { Bar, Times } from "./timeline-scale.js" */

/**
 * @typedef {{ id: number, at: number, age: number, text: string }} Told  an event, as an answer told it
 * @typedef {{ since: number, last: number, events: Told[] }} Answer
 */

/**
 * answerOf reads an answer's body from the wire; undefined for one without, as a 304.
 * @param {Exchange} x
 * @returns {Answer | undefined}
 */
export function answerOf(x) {
  const [piece] = x.bodies;
  if (piece?.body === undefined || x.status !== 200) return undefined;
  const { offset, length } = piece.body;
  try {
    const answer = JSON.parse(utf8(parse(piece.bytes).subarray(offset, offset + length)) ?? "");
    return Array.isArray(answer.events) ? answer : undefined;
  } catch {
    return undefined; // longer than what the wire keeps
  }
}

/**
 * sums counts what polls asked, got and cost.
 * @param {Exchange[]} list
 */
export function sums(list) {
  const over = list.filter((x) => !x.open && !x.cut);
  const sum = { asked: over.length, empty: 0, unchanged: 0, events: 0, delay: 0, up: 0, down: 0, overhead: 0, saved: 0 };
  let plain = 0; // bytes of the last answer that was empty and whole
  for (const x of over) {
    sum.up += x.up;
    sum.down += x.down;
    sum.overhead += x.upOverhead + x.downOverhead;
    const told = answerOf(x)?.events ?? [];
    for (const e of told) {
      sum.events++;
      sum.delay += delayOf(x, e);
    }
    if (x.status === 304) {
      sum.unchanged++;
      if (plain > 0) sum.saved += plain - x.down;
    } else if (told.length === 0) plain = x.down;
    if (told.length === 0) sum.empty++;
  }
  return sum;
}

/**
 * delayOf is how long an event waited until it had been sent.
 * @param {Exchange} x
 * @param {Told} e
 */
function delayOf(x, e) {
  return Math.max(0, (x.ended ?? x.at) - e.at);
}

/**
 * timesOf draws polls, and the events that they brought: each waits from when it happened.
 * @param {Exchange[]} list
 * @param {number} span milliseconds in sight
 * @returns {Times}
 */
export function timesOf(list, span) {
  /** @type {Bar[]} */
  const waits = [];
  /** @type {Bar[]} */
  const polls = [];
  for (const x of list) {
    const told = answerOf(x)?.events ?? [];
    const end = x.ended ?? x.at;
    for (const e of told) waits.push({ from: Math.min(e.at, end), to: end, kind: "wait", title: `event ${e.id}: ${e.text}`, seq: x.bodies[0]?.seq });
    const kind = x.open ? "ask" : x.cut || (x.status ?? 0) >= 400 ? "error" : told.length > 0 ? "delivered" : "empty";
    polls.push({ from: x.at, to: x.ended, kind, title: `${x.status ?? "no answer yet"}, ${x.up + x.down} bytes`, seq: x.request.seq });
  }
  const first = list[0]?.at ?? 0;
  const last = list.at(-1)?.ended ?? list.at(-1)?.at ?? 0;
  const from = Math.max(first, last - span);
  return { from, to: from + span, now: last, zero: first, lanes: [{ name: "events", bars: waits }, { name: "polls", bars: polls }] };
}
