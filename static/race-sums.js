// What the four transports of a race cost and brought: counted from the wire's exchanges, and from
// the server's own list of when each update happened. No DOM, and no number of the page's own.
import { chunksOf } from "./stream-sums.js";

/** @import { Exchange } from "./exchanges.js" */

/**
 * @typedef {"poll" | "comet" | "stream" | "socket"} How
 * @typedef {{ how: How, name: string }} Transport
 * @typedef {{ race: number, updates: number, seed: number, rate: number, size: number, oneWay: number, happened: number[] }} Stands
 *   happened: when, in ms of the wire's clock; size in bytes; oneWay in ms.
 * @typedef {{ n: number, at: number, seq: number, delay: number | undefined }} Delivery
 *   update n had come at this time, in the event seq; its delay is known once the server has told
 *   when it happened.
 * @typedef {{ how: How, exchanges: Exchange[], deliveries: Delivery[], requests: number, empty: number, up: number, down: number, median: number | undefined, worst: number | undefined }} Lane
 */

/** @type {Transport[]} */
export const TRANSPORTS = [
  { how: "poll", name: "Polling" },
  { how: "comet", name: "Long polling" },
  { how: "stream", name: "Event stream" },
  { how: "socket", name: "WebSocket" },
];

/**
 * howOf is which lane of the race a target belongs to.
 * @param {string} target
 */
export function howOf(target) {
  return TRANSPORTS.find(({ how }) => how === /^\/lab\/race\/[^/?#]+\/([a-z]+)/.exec(target)?.[1])?.how;
}

/**
 * raceOf is the number of the race that a target names; 0 for none.
 * @param {string} target
 */
export function raceOf(target) {
  return Number(/[?&]race=(\d+)/.exec(target)?.[1] ?? 0);
}

/**
 * laneOf counts one transport.
 * @param {How} how
 * @param {Exchange[]} exchanges
 * @param {Stands} stands
 * @returns {Lane}
 */
export function laneOf(how, exchanges, stands) {
  const deliveries = exchanges
    .flatMap((x) => (how === "stream" ? streamed(x) : how === "socket" ? framed(x) : answered(x, stands.size)))
    .map((d) => ({ ...d, delay: delayOf(d, stands.happened) }));
  const delays = deliveries.flatMap((d) => d.delay ?? []).sort((a, b) => a - b);
  return {
    how,
    exchanges,
    deliveries,
    requests: exchanges.length,
    empty: exchanges.filter((x) => x.status === 204).length,
    up: exchanges.reduce((n, x) => n + x.up, 0),
    down: exchanges.reduce((n, x) => n + x.down, 0),
    median: median(delays),
    worst: delays.at(-1),
  };
}

/**
 * @param {{ n: number, at: number }} d
 * @param {number[]} happened
 */
function delayOf({ n, at }, happened) {
  const then = happened[n - 1];
  return then === undefined ? undefined : Math.max(0, at - then);
}

/** @param {number[]} sorted */
function median(sorted) {
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/**
 * answered are the updates that one answer carried: each on a line, from the one behind the cursor.
 * @param {Exchange} x
 * @param {number} size
 */
function answered(x, size) {
  const at = x.ended;
  if (x.status !== 200 || x.open || x.cut || at === undefined) return [];
  const since = Number(/[?&]since=(\d+)/.exec(x.target)?.[1] ?? 0);
  const length = x.bodies.reduce((n, e) => n + e.payloadLength, 0);
  const seq = x.response?.seq ?? x.request.seq;
  return Array.from({ length: Math.floor((length + 1) / (size + 1)) }, (_, i) => ({ n: since + 1 + i, at, seq }));
}

/** @param {Exchange} x */
function streamed(x) {
  // The number stands before the text, so it is there even if the wire kept only a beginning.
  return chunksOf(x).flatMap(({ text, event }) => [...text.matchAll(/^id: (\d+)$/gm)].map((m) => ({ n: Number(m[1]), at: event.at, seq: event.seq })));
}

/** @param {Exchange} x */
function framed(x) {
  return x.frames.flatMap((e) => {
    const n = e.direction === "down" && e.frame?.type === "text" ? /^(\d+) /.exec(e.frame.text ?? "")?.[1] : undefined;
    return n === undefined ? [] : [{ n: Number(n), at: e.at, seq: e.seq }];
  });
}

/**
 * perMessage is what one message of this size costs on a lane, and what the first one costs beside:
 * measured, as far as the lane has gone. Undefined before anything came.
 * @param {Lane} lane
 */
export function perMessage({ deliveries, up, down }) {
  return deliveries.length === 0 ? undefined : (up + down) / deliveries.length;
}
