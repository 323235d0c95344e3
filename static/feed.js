// The page's one subscription to its wire: what crossed it, live, and where the server left off.
import { wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */

/**
 * @typedef {"idle" | "connecting" | "open" | "waiting"} FeedState
 * @typedef {{ state: FeedState, wait: number, reason: string }} StateDetail
 *   wait: milliseconds until the next try, while waiting; reason: why, if the server said it.
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * backoff is how long to wait before try n, from 1: twice as long each time, up to a limit, and
 * anywhere in its upper half, so that a room of pages does not come back in one instant.
 * @param {number} attempt
 * @param {() => number} [random]
 */
export function backoff(attempt, random = Math.random) {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return most / 2 + (random() * most) / 2;
}

/**
 * Feed follows one wire. Events:
 * - "items" {detail: Item[]}: events in order, with the gaps ("lost") where they were;
 * - "restart": the server began its numbers again, so what came before has no number any more;
 * - "state" {detail: StateDetail}.
 */
export class Feed extends EventTarget {
  /** @type {FeedState} */
  state = "idle";
  last = 0; // the number of the newest event that came

  #url;
  #open;
  #random;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #attempt = 0;
  #fresh = false; // nothing has come yet on this connection

  /**
   * @param {string} url of the feed, without a query
   * @param {{ open?: (url: string) => WebSocket, random?: () => number }} [how]
   */
  constructor(url, { open = (to) => new WebSocket(to), random = Math.random } = {}) {
    super();
    this.#url = url;
    this.#open = open;
    this.#random = random;
  }

  start() {
    if (this.state === "idle") this.#connect();
  }

  /** retry connects at once instead of at the end of the wait. */
  retry() {
    if (this.state === "waiting") this.#connect();
  }

  stop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.#enter("idle");
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = this.#open(`${this.#url}?after=${this.last}`);
    this.#socket = socket;
    this.#fresh = true;
    this.#enter("connecting");
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      this.#enter("open");
    });
    socket.addEventListener("message", (event) => {
      if (this.#socket === socket) this.#take(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      const wait = backoff(++this.#attempt, this.#random);
      this.#timer = setTimeout(() => this.#connect(), wait);
      this.#enter("waiting", wait, event.reason);
    });
  }

  /** @param {unknown} data */
  #take(data) {
    if (typeof data !== "string") return;
    /** @type {Item | Item[]} */
    const message = JSON.parse(data);
    const items = Array.isArray(message) ? message : [message];
    for (const item of items) {
      if (item.kind === "lost") continue;
      if (this.#fresh && item.seq <= this.last) this.dispatchEvent(new Event("restart"));
      this.#fresh = false;
      this.last = item.seq;
    }
    if (items.length > 0) this.dispatchEvent(new CustomEvent("items", { detail: items }));
  }

  /**
   * @param {FeedState} state
   * @param {number} [wait]
   * @param {string} [reason]
   */
  #enter(state, wait = 0, reason = "") {
    this.state = state;
    /** @type {StateDetail} */
    const detail = { state, wait, reason };
    this.dispatchEvent(new CustomEvent("state", { detail }));
  }
}

/** @type {Feed | undefined} */
let shared;

/**
 * pageFeed is the one feed of this page: every element on it listens to the same.
 */
export function pageFeed() {
  if (shared !== undefined) return shared;
  const feed = new Feed(`${location.origin.replace(/^http/, "ws")}/wire/${wireId()}/feed`);
  shared = feed;
  feed.start();
  addEventListener("online", () => feed.retry());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") feed.retry();
  });
  // A page with an open socket is not kept for the Back button: let go, and come back with it.
  addEventListener("pagehide", () => feed.stop());
  addEventListener("pageshow", (event) => {
    if (event.persisted) feed.start();
  });
  return feed;
}
