// What the labs of lesson 12 make of the wire: both sides of an intermediary, tries to come back,
// and how far a text has come. No DOM, and no number of the page's own but those of bufferedAmount.

/** @import { HeaderField } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */
/** @import { Bar, Lane } from "./timeline-scale.js" */

export const BEHIND = "proxy"; // the driver of what an intermediary sends on

/**
 * hopLanes draws what crossed in front of an intermediary and what crossed behind it.
 * @param {Exchange[]} exchanges
 * @returns {Lane[]}
 */
export function hopLanes(exchanges) {
  const side = (/** @type {boolean} */ behind) => exchanges.filter((x) => (x.driver === BEHIND) === behind).flatMap(hopBars);
  return [
    { name: "in front: you", bars: side(false) },
    { name: "behind: the server", bars: side(true) },
  ];
}

/**
 * hopBars are the bars of one request: until its answer, and what followed.
 * @param {Exchange} x
 * @returns {Bar[]}
 */
export function hopBars(x) {
  const { status, request } = x;
  if (status === undefined) {
    return x.open ? [{ from: x.at, kind: "wait", title: "no answer yet", seq: request.seq }] : [{ from: x.at, to: x.ended, kind: "error", title: "cut before an answer", seq: request.seq }];
  }
  const seq = x.response?.seq;
  if (status >= 400) return [{ from: x.at, to: x.answered, kind: "error", label: String(status), title: x.response?.http?.reason, seq }];
  /** @type {Bar[]} */
  const bars = [
    { from: x.at, kind: "ask", title: "asked", seq: request.seq },
    { from: x.answered ?? x.at, to: x.open ? undefined : x.ended, kind: "stream", title: status === 101 ? "a WebSocket" : `an answer, ${status}`, seq },
  ];
  for (const b of x.bodies) if ((b.body?.length ?? 0) > 0) bars.push({ from: b.at, kind: "delivered", title: `${b.body?.length} bytes of the stream`, seq: b.seq });
  for (const e of x.frames) {
    const type = e.frame?.type;
    const way = e.direction === "up" ? "up" : "down";
    if (type === "ping") bars.push({ from: e.at, kind: "event", title: `ping, ${way}`, seq: e.seq });
    else if (type === "close") bars.push({ from: e.at, kind: "empty", title: `close frame, ${way}`, seq: e.seq });
    else if (type !== "pong") bars.push({ from: e.at, kind: "delivered", title: `message, ${way}`, seq: e.seq });
  }
  if (dropped(x)) bars.push({ from: x.ended ?? x.at, kind: "error", title: status === 101 ? "ended without a close frame" : "cut in the middle", seq });
  return bars;
}

/**
 * dropped says whether a socket ended without a goodbye, or an answer in its middle.
 * @param {Exchange} x
 */
export function dropped(x) {
  if (x.open || x.ended === undefined) return false;
  return x.status === 101 ? !x.frames.some((e) => e.frame?.type === "close") : x.cut;
}

/**
 * silence is how long nothing had crossed when a socket ended; undefined while it is open.
 * @param {Exchange} x
 */
export function silence(x) {
  if (x.ended === undefined) return undefined;
  return x.ended - (x.frames.at(-1)?.at ?? x.answered ?? x.at);
}

/**
 * @typedef {{ name: string, front: string, back: string, differs: boolean }} HeadRow
 */

const ALWAYS = ["upgrade", "connection", "host", "origin"];

/**
 * headRows compares a request as the client sent it with what the intermediary made of it: the
 * fields that differ, and those that matter.
 * @param {Exchange | undefined} front
 * @param {Exchange | undefined} back
 * @returns {HeadRow[]}
 */
export function headRows(front, back) {
  if (front === undefined || back === undefined) return [];
  const own = fields(front.request.http?.fields ?? []);
  const sent = fields(back.request.http?.fields ?? []);
  /** @type {HeadRow[]} */
  const rows = [];
  for (const [key, { name }] of new Map([...sent, ...own])) {
    const a = own.get(key)?.value ?? "";
    const b = sent.get(key)?.value ?? "";
    if (a !== b || ALWAYS.includes(key)) rows.push({ name, front: a, back: b, differs: a !== b });
  }
  const place = (/** @type {HeadRow} */ r) => (ALWAYS.indexOf(r.name.toLowerCase()) + ALWAYS.length + 1) % (ALWAYS.length + 1);
  return rows.sort((a, b) => Number(ALWAYS.includes(b.name.toLowerCase())) - Number(ALWAYS.includes(a.name.toLowerCase())) || place(a) - place(b) || a.name.localeCompare(b.name));
}

/** @param {HeaderField[]} list */
function fields(list) {
  /** @type {Map<string, { name: string, value: string }>} */
  const map = new Map();
  for (const { name, value } of list) {
    const key = name.toLowerCase();
    const before = map.get(key);
    map.set(key, { name, value: before ? `${before.value}, ${value}` : value });
  }
  return map;
}

/**
 * @typedef {{ at: number, wait: number, status: number | undefined, open: boolean, seq: number }} Try
 *   wait is how long after the drop, or the end of the try before, it began.
 */

/**
 * tries are the handshakes that followed a drop, up to the one that got through.
 * @param {Exchange[]} exchanges in their order
 * @param {number} drop when the connection was dropped, in ms of the wire's clock
 * @returns {Try[]}
 */
export function tries(exchanges, drop) {
  /** @type {Try[]} */
  const list = [];
  let before = drop;
  for (const x of exchanges) {
    if (x.driver === BEHIND || x.at < drop) continue;
    list.push({ at: x.at, wait: x.at - before, status: x.status, open: x.open && x.status === 101, seq: (x.response ?? x.request).seq });
    if (x.status === 101) break;
    before = x.answered ?? x.ended ?? x.at;
  }
  return list;
}

/**
 * @typedef {{ at: number, given: number, waiting: number }} Sample
 *   at one time of the page's: bytes given to send(), and those of them that bufferedAmount says
 *   still wait in the browser.
 * @typedef {{ at: number, read: number }} Read
 *   when the server had read so much, by the wire's clock.
 */

/**
 * readAt is what the server had read at a time.
 * @param {Read[]} reads in their order
 * @param {number} at
 */
export function readAt(reads, at) {
  return reads.findLast((r) => r.at <= at)?.read ?? 0;
}

/**
 * path is the line of a figure through points in time, for the d of an SVG path.
 * @template {{ at: number }} T
 * @param {T[]} points
 * @param {(s: T) => number} of
 * @param {(t: number) => number} x
 * @param {(n: number) => number} y
 */
export function path(points, of, x, y) {
  return points.map((s, i) => `${i === 0 ? "M" : "L"}${x(s.at).toFixed(1)} ${y(of(s)).toFixed(1)}`).join("");
}

/**
 * area is what lies between two figures, for the d of an SVG path.
 * @template {{ at: number }} T
 * @param {T[]} points
 * @param {(s: T) => number} upper
 * @param {(s: T) => number} lower
 * @param {(t: number) => number} x
 * @param {(n: number) => number} y
 */
export function area(points, upper, lower, x, y) {
  if (points.length < 2) return "";
  return `${path(points, upper, x, y)}${path(points.toReversed(), lower, x, y).replace("M", "L")}Z`;
}

/**
 * ticksOf are round numbers from 0 to most, at most n of them.
 * @param {number} most
 * @param {number} n
 */
export function ticksOf(most, n) {
  let step = 10 ** Math.floor(Math.log10(Math.max(most, 1) / n));
  for (const next of [2, 2.5, 2]) if (most / step > n) step *= next;
  const list = [];
  for (let at = 0; at <= most; at += step) list.push(at);
  return list;
}

/**
 * ratio writes how large something became.
 * @param {number} wire
 * @param {number} plain
 */
export function ratio(wire, plain) {
  return plain === 0 ? "–" : (wire / plain).toFixed(2);
}
