// A WebSocket to the server that comes back: what the page listens to must not end with a cable.

/**
 * @typedef {"idle" | "connecting" | "open" | "waiting"} LineState
 * @typedef {{ state: LineState, wait: number, reason: string }} StateDetail
 *   wait: milliseconds until the next try, while waiting; reason: why, if the server said it.
 * @typedef {{ open?: (url: string) => WebSocket, random?: () => number, first?: number, longest?: number, apart?: number }} Ways
 *   first and longest wait before a try, and how far apart two tries are at least, in milliseconds
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * backoff is how long to wait before try n, from 1: twice as long each time, up to a limit, and
 * anywhere in its upper half, so that a room of pages does not come back in one instant.
 * @param {number} attempt
 * @param {() => number} [random]
 * @param {number} [first]
 * @param {number} [longest]
 */
export function backoff(attempt, random = Math.random, first = FIRST_WAIT, longest = LONGEST_WAIT) {
  const most = Math.min(longest, first * 2 ** (attempt - 1));
  return most / 2 + (random() * most) / 2;
}

/** @param {string} path */
export function socketUrl(path) {
  return `${location.origin.replace(/^http/, "ws")}${path}`;
}

/**
 * Line holds one connection. Events: "message" {detail: the JSON that came}, "state" {detail:
 * StateDetail}; "connecting", before each try.
 */
export class Line extends EventTarget {
  /** @type {LineState} */
  state = "idle";
  #url;
  #open;
  #wait;
  #apart;
  #tried = Number.NEGATIVE_INFINITY; // when the last try began, by the page's clock
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #attempt = 0;

  /**
   * @param {() => string} url asked for before each try
   * @param {Ways} [ways]
   */
  constructor(url, { open = (to) => new WebSocket(to), random = Math.random, first, longest, apart = 0 } = {}) {
    super();
    this.#url = url;
    this.#open = open;
    this.#wait = () => backoff(++this.#attempt, random, first, longest);
    this.#apart = apart;
  }

  start() {
    if (this.state === "idle") this.#connect();
  }

  /** retry connects as soon as it may, instead of at the end of the wait. */
  retry() {
    if (this.state !== "waiting") return;
    const early = this.#tried + this.#apart - performance.now();
    clearTimeout(this.#timer);
    if (early > 0) this.#timer = setTimeout(() => this.#connect(), early);
    else this.#connect();
  }

  /**
   * send says whether there was a connection to send on.
   * @param {string} text
   */
  send(text) {
    if (this.state !== "open" || this.#socket === undefined) return false;
    this.#socket.send(text);
    return true;
  }

  /**
   * abandon gives up a connection that is open and carries nothing, and comes back on another.
   * @param {string} reason
   */
  abandon(reason) {
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.close(1000);
    this.#ended(reason);
  }

  stop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.#enter("idle");
  }

  /** keep starts the line, holds it while the page is there, and does not wait when it comes to sight. */
  keep() {
    this.start();
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.retry();
    });
    // A page with an open socket is not kept for the Back button: let go, and come back with it.
    addEventListener("pagehide", () => this.stop());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.start();
    });
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#tried = performance.now();
    this.dispatchEvent(new Event("connecting"));
    const socket = this.#open(this.#url());
    this.#socket = socket;
    this.#enter("connecting");
    socket.addEventListener("open", () => {
      if (this.#socket !== socket) return;
      this.#attempt = 0;
      this.#enter("open");
    });
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket === socket && typeof data === "string") this.dispatchEvent(new CustomEvent("message", { detail: JSON.parse(data) }));
    });
    socket.addEventListener("close", (event) => {
      if (this.#socket === socket) this.#ended(event.reason);
    });
  }

  /** @param {string} reason */
  #ended(reason) {
    this.#socket = undefined;
    const wait = this.#wait();
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#enter("waiting", wait, reason);
  }

  /**
   * @param {LineState} state
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
