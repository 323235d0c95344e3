// What the reader has measured, lesson by lesson: counted from the wire's feed as it goes by, and kept
// in this browser, since a log is let go of and a measure is not. No DOM.
import { Exchange } from "./exchanges.js";
import { answerOf } from "./polling-sums.js";
import { keep, recall } from "./storage.js";

/** @import { Item, WireEvent } from "./event-types.js" */
/** @import { Lane, Stands } from "./race-sums.js" */

/**
 * @typedef {{ until: number }} Measure  until when it was measured, in ms since 1970
 * @typedef {Measure & { size: number, intent: number }} Header  bytes of the last request, and of its first line
 * @typedef {Measure & { requests: number, connections: number }} Connections
 * @typedef {Measure & { asked: number, empty: number, bytes: number }} Polls
 * @typedef {Measure & { answers: number, bytes: number }} Held
 * @typedef {Measure & { events: number, bytes: number }} Streamed
 * @typedef {Measure & { up: number, down: number }} Upgrade
 * @typedef {Measure & { count: number, overhead: number, payload: number }} Frames
 * @typedef {Measure & { rtt: number }} Pings
 * @typedef {Measure & { messages: number, plain: number, wire: number }} Squeeze  bytes of compressed messages: inflated, and as they crossed
 * @typedef {Measure & { moves: number, bytes: number, request: number }} Game  request: bytes of a move without a socket
 * @typedef {{ how: string, requests: number, up: number, down: number, median: number, worst: number }} RaceLane
 * @typedef {Measure & { seed: number, rate: number, size: number, oneWay: number, every: number, lanes: RaceLane[] }} Race
 * @typedef {{ header?: Header, connections?: Connections, polling?: Polls, comet?: Held, streaming?: Streamed, handshake?: Upgrade, frames?: Frames, pings?: Pings, squeeze?: Squeeze, game?: Game, race?: Race }} Measured
 */

const KEY = "wireup.measured";
const GROWING = 200; // exchanges that are followed at once

/**
 * measured is what has been kept.
 * @param {Pick<Storage, "getItem">} [store]
 * @returns {Measured}
 */
export function measured(store) {
  try {
    const read = JSON.parse(recall(KEY, store) ?? "{}");
    if (typeof read !== "object" || read === null) return {};
    return /** @type {Measured} */ (Object.fromEntries(Object.entries(read).filter(([, m]) => typeof m?.until === "number")));
  } catch {
    return {};
  }
}

/**
 * keepMeasured keeps what is newer than what was kept, and says whether anything was.
 * @param {Measured} found
 * @param {Pick<Storage, "getItem" | "setItem">} [store]
 */
export function keepMeasured(found, store) {
  /** @type {Record<string, Measure>} */
  const kept = { ...measured(store) };
  let newer = false;
  for (const [name, m] of Object.entries(found)) {
    if (m.until <= (kept[name]?.until ?? 0)) continue;
    kept[name] = m;
    newer = true;
  }
  if (newer) keep(KEY, JSON.stringify(kept), store);
  return newer;
}

/**
 * keepRace keeps how a race ended.
 * @param {Stands & { every: number }} stands
 * @param {Lane[]} lanes
 */
export function keepRace({ seed, rate, size, oneWay, every }, lanes) {
  keepMeasured({
    race: { until: Date.now(), seed, rate, size, oneWay, every, lanes: lanes.map(({ how, requests, up, down, median = 0, worst = 0 }) => ({ how, requests, up, down, median, worst })) },
  });
}

/** Tally counts what goes by on one log of a wire. */
export class Tally {
  /** @type {Measured} */
  found = {};
  #began;
  /** @type {Map<string, Exchange>} */
  #growing = new Map();
  #requests = 0;
  /** @type {Set<number>} */
  #connections = new Set();
  #moves = { moves: 0, bytes: 0, request: 0 };

  /** @param {number} began when the log's first event was, in ms since 1970 */
  constructor(began) {
    this.#began = began;
  }

  /** @param {Item[]} items */
  take(items) {
    for (const item of items) if (item.kind !== "lost") this.#event(item);
  }

  /** @param {WireEvent} e */
  #event(e) {
    if (e.kind === "close") {
      for (const [key, x] of this.#growing) if (x.conn === e.conn) this.#growing.delete(key);
      return;
    }
    if (e.driver !== "page") return; // a terminal's header says nothing of the reader's browser
    const key = `${e.conn} ${e.exchange}`;
    if (e.kind === "request") this.#request(key, e);
    if (e.kind === "frame") this.#frame(e);
    const x = this.#growing.get(key);
    if (x === undefined || e.kind === "request") return;
    if (e.kind === "frame") {
      this.#growing.delete(key); // a socket is counted by its frames
      return;
    }
    x.add(e);
    if (e.kind === "response" && x.status === 101) this.found.handshake = { until: this.#at(e), up: x.up, down: x.down };
    if (e.kind === "body" && x.target.includes("/stream")) this.#chunk(e);
    if (x.open) return;
    this.#growing.delete(key);
    this.#over(x, e);
  }

  /** @param {WireEvent} e */
  #at(e) {
    return this.#began + e.at;
  }

  /**
   * @param {string} key
   * @param {WireEvent} e
   */
  #request(key, e) {
    const until = this.#at(e);
    this.#requests++;
    this.#connections.add(e.conn);
    this.found.connections = { until, requests: this.#requests, connections: this.#connections.size };
    const upgrades = e.http?.fields.some((f) => f.name.toLowerCase() === "upgrade");
    if (e.http?.method === "GET" && !upgrades) this.found.header = { until, size: e.http.headerLength, intent: e.http.startLine.length + 2 };
    this.#growing.set(key, new Exchange(e));
    const [oldest] = this.#growing.keys();
    if (this.#growing.size > GROWING && oldest !== undefined) this.#growing.delete(oldest);
  }

  /** @param {WireEvent} e */
  #frame(e) {
    const until = this.#at(e);
    if (e.rtt !== undefined) this.found.pings = { until, rtt: e.rtt };
    if (e.frame === undefined || e.frame.opcode >= 8) return;
    const { count, overhead, payload } = this.found.frames ?? { count: 0, overhead: 0, payload: 0 };
    this.found.frames = { until, count: count + 1, overhead: overhead + e.overhead, payload: payload + e.payloadLength };
    if (e.frame.inflated && e.frame.inflated.error === undefined) this.#squeezed(until, e.frame.inflated);
    if (e.lab !== "game" || e.direction !== "up" || !e.frame.text?.startsWith("[4,")) return;
    this.#moves.moves++;
    this.#moves.bytes += e.size;
    this.found.game = { until, ...this.#moves };
  }

  /**
   * @param {number} until
   * @param {import("./event-types.js").Inflated} message
   */
  #squeezed(until, { length, compressed }) {
    const { messages, plain, wire } = this.found.squeeze ?? { messages: 0, plain: 0, wire: 0 };
    this.found.squeeze = { until, messages: messages + 1, plain: plain + length, wire: wire + compressed };
  }

  /** @param {WireEvent} e */
  #chunk(e) {
    if (e.body?.last) return;
    const { events, bytes } = this.found.streaming ?? { events: 0, bytes: 0 };
    this.found.streaming = { until: this.#at(e), events: events + 1, bytes: bytes + e.size };
  }

  /**
   * over counts an exchange that has come to its end.
   * @param {Exchange} x
   * @param {WireEvent} e its last event
   */
  #over(x, e) {
    const until = this.#at(e);
    const bytes = x.up + x.down;
    if (x.target.startsWith("/lab/polling/") || /^\/lab\/race\/[^/]+\/poll/.test(x.target)) {
      const polls = this.found.polling ?? { asked: 0, empty: 0, bytes: 0 };
      const empty = x.status === 204 || x.status === 304 || answerOf(x)?.events.length === 0;
      this.found.polling = { until, asked: polls.asked + 1, empty: polls.empty + (empty ? 1 : 0), bytes: polls.bytes + bytes };
    }
    if (x.target.startsWith("/lab/comet/") || /^\/lab\/race\/[^/]+\/comet/.test(x.target)) {
      const held = this.found.comet ?? { answers: 0, bytes: 0 };
      this.found.comet = { until, answers: held.answers + 1, bytes: held.bytes + bytes };
    }
    if (x.method === "POST" && x.target.startsWith("/lab/game/") && x.status === 200) {
      this.#moves.request = bytes;
      if (this.found.game) this.found.game.request = bytes;
    }
  }
}
