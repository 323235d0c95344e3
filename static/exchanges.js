// The exchanges of a lab, request by request, counted from the wire's feed alone: no byte and no
// time in here is the page's own.

import { WireClock } from "./wire-clock.js";

/** @import { Item, WireEvent } from "./event-types.js" */

const KEPT = 1000; // exchanges; the oldest that are over go first
const PIECES = 1000; // of one answer, the newest

/** One request, its answer, and what followed on the same connection if it switched protocols. */
export class Exchange {
  conn;
  number; // which request of its connection, from 1
  driver;
  method;
  target;
  word; // the second part of /lab/<lesson>/<word>, such as plum-41; empty if there is none
  at; // when the request's head was complete, in ms of the wire's clock
  /** @type {number | undefined} when the answer's head was sent */
  answered;
  /** @type {number | undefined} when its last byte was sent, or when the connection was lost before */
  ended;
  /** @type {number | undefined} */
  status;
  open = true; // its last byte has not been sent, and its connection stands
  cut = false; // the connection ended before the answer did
  up = 0; // bytes, every one
  down = 0;
  upOverhead = 0; // those of them that are not payload
  downOverhead = 0;
  request;
  /** @type {WireEvent | undefined} the final answer's head; the 1xx before it are only counted */
  response;
  /** @type {WireEvent[]} pieces of the answer's body, the newest of them */
  bodies = [];
  /** @type {WireEvent[]} frames, after a 101 */
  frames = [];

  /** @param {WireEvent} request */
  constructor(request) {
    this.conn = request.conn;
    this.number = request.exchange ?? 0;
    this.driver = request.driver ?? "";
    this.method = request.http?.method ?? "";
    this.target = request.http?.target ?? "";
    this.word = wordOf(this.target);
    this.at = request.at;
    this.request = request;
    this.#count(request);
  }

  /**
   * add takes the next event of this exchange.
   * @param {WireEvent} e
   */
  add(e) {
    this.#count(e);
    if (e.kind === "response" && !informs(e)) {
      this.response = e;
      this.status = e.http?.status;
      this.answered = e.at;
      if (this.status !== 101 && bodiless(this.method, e)) this.#end(e.at);
    } else if (e.kind === "body" && e.direction === "down") {
      push(this.bodies, e);
      if (e.body?.last) this.#end(e.at);
    } else if (e.kind === "frame") push(this.frames, e);
  }

  /**
   * closed is told when the connection is over.
   * @param {WireEvent} e
   */
  closed(e) {
    if (!this.open) return;
    this.cut = this.status !== 101 && !this.bodies.some((b) => b.body?.framing === "close");
    this.#end(e.at);
  }

  /** @param {number} at */
  #end(at) {
    this.ended = at;
    this.open = false;
  }

  /** @param {WireEvent} e */
  #count(e) {
    if (e.direction === "up") {
      this.up += e.size;
      this.upOverhead += e.overhead;
    } else {
      this.down += e.size;
      this.downOverhead += e.overhead;
    }
  }
}

/**
 * Exchanges follows the exchanges of one lab. It begins with those that the log still has. Events:
 * "change", after each batch of the feed that touched one of them.
 */
export class Exchanges extends EventTarget {
  /** @type {Exchange[]} in the order of their requests */
  list = [];
  gone = 0; // exchanges that it let go of to stay within its limit
  lost = 0; // events that had left the server's log before they could be counted
  #lab;
  #accept;
  #from = 0; // events up to this number are not looked at: clear
  #since = Number.NEGATIVE_INFINITY; // nor are requests from before this time of the wire's clock
  #clock;
  #seq = 0;
  /** @type {Map<string, Exchange>} by connection and number, those that may still change */
  #growing = new Map();

  /**
   * @param {EventTarget} feed see feed.js
   * @param {{ lab: string, accept?: (x: Exchange) => boolean, signal: AbortSignal, clock?: WireClock }} what
   */
  constructor(feed, { lab, accept = () => true, signal, clock = new WireClock() }) {
    super();
    this.#lab = lab;
    this.#accept = accept;
    this.#clock = clock;
    feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#restart(), { signal });
  }

  /** clear forgets what has been, and begins with the next request: one that the feed has yet to tell of is none. */
  clear() {
    this.#from = this.#seq;
    this.#since = this.#clock.now ?? Number.NEGATIVE_INFINITY;
    this.list = [];
    this.gone = this.lost = 0;
    this.#growing.clear();
    this.dispatchEvent(new Event("change"));
  }

  /** The server's numbers begin again: what was growing never ends now. */
  #restart() {
    for (const x of this.#growing.values()) x.open = false;
    this.#growing.clear();
    this.#seq = this.#from = 0;
    this.#clock.forget();
    this.#since = Number.NEGATIVE_INFINITY;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Item[]} items */
  #take(items) {
    let touched = false;
    this.#clock.see(items);
    for (const item of items) {
      if (item.kind === "lost") {
        this.lost += item.count;
        continue;
      }
      this.#seq = item.seq;
      if (item.seq > this.#from && this.#event(item)) touched = true;
    }
    this.#trim();
    if (touched) this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {WireEvent} e
   * @returns {boolean} whether it belongs to an exchange of this lab
   */
  #event(e) {
    if (e.kind === "close") return this.#closed(e);
    const key = `${e.conn} ${e.exchange}`;
    if (e.kind === "request") {
      if (e.lab !== this.#lab || e.at < this.#since) return false;
      const x = new Exchange(e);
      if (!this.#accept(x)) return false;
      this.list.push(x);
      this.#growing.set(key, x);
      return true;
    }
    const x = this.#growing.get(key);
    if (x === undefined) return false;
    x.add(e);
    if (!x.open) this.#growing.delete(key);
    return true;
  }

  /** @param {WireEvent} e */
  #closed(e) {
    let touched = false;
    for (const [key, x] of this.#growing) {
      if (x.conn !== e.conn) continue;
      x.closed(e);
      this.#growing.delete(key);
      touched = true;
    }
    return touched;
  }

  #trim() {
    while (this.list.length > KEPT) {
      const at = Math.max(0, this.list.findIndex((x) => !x.open));
      const [x] = this.list.splice(at, 1);
      if (x) this.#growing.delete(`${x.conn} ${x.number}`);
      this.gone++;
    }
  }
}

/**
 * @param {WireEvent[]} list
 * @param {WireEvent} e
 */
function push(list, e) {
  list.push(e);
  if (list.length > PIECES) list.shift();
}

/**
 * wordOf is the word in a lab's path.
 * @param {string} target
 */
export function wordOf(target) {
  return /^\/lab\/[^/?#]+\/([^/?#]*)/.exec(target)?.[1] ?? "";
}

/**
 * informs says whether an answer is one of those before the answer.
 * @param {WireEvent} e
 */
function informs({ http }) {
  return http?.status !== undefined && http.status < 200 && http.status !== 101;
}

/**
 * bodiless says whether an answer ends with its head (RFC 9112 §6.3).
 * @param {string} method
 * @param {WireEvent} response
 */
function bodiless(method, { http }) {
  if (method === "HEAD" || http?.status === 204 || http?.status === 304) return true;
  const field = (/** @type {string} */ name) => http?.fields.find((f) => f.name.toLowerCase() === name)?.value.trim();
  return field("transfer-encoding") === undefined && /^0+$/.test(field("content-length") ?? "");
}
