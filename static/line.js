// A WebSocket to the server that comes back: what the page listens to must not end with a cable.

/**
 * @typedef {"idle" | "connecting" | "open" | "waiting"} LineState
 * @typedef {{ state: LineState, wait: number, reason: string }} StateDetail
 *   wait: milliseconds until the next try, while waiting; reason: why, if the server said it.
 * @typedef {{ open?: (url: string) => WebSocket, random?: () => number }} Ways
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
  #random;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #attempt = 0;

  /**
   * @param {() => string} url asked for before each try
   * @param {Ways} [ways]
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
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      const wait = backoff(++this.#attempt, this.#random);
      this.#timer = setTimeout(() => this.#connect(), wait);
      this.#enter("waiting", wait, event.reason);
    });
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
