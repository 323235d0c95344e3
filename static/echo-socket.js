// A page's connection to /echo, and what the wire says of the same connection.
import { pageFeed } from "./feed.js";
import { draw, wireId } from "./wire-id.js";

/** @import { Item, PageClose, WireEvent } from "./event-types.js" */

/**
 * @typedef {"connecting" | "open" | "closing" | "closed"} SocketState
 * @typedef {{ breakdown?: "json" | "off", deflate?: boolean, library?: boolean, path?: string, query?: Record<string, string> }} EchoOptions
 *   path is that of another server of messages than the echo, query what it is asked besides
 */

/**
 * echoUrl is where the mirror answers. socket is a hint by which the page finds this connection
 * among those on its wire: a page's script is told no number of its own connection.
 * @param {EchoOptions} options
 * @param {string} socket
 */
export function echoUrl({ breakdown = "json", deflate = false, library = false, path = "/echo", query: more = {} }, socket) {
  const query = new URLSearchParams({ wire: wireId(), socket, ...more });
  if (breakdown === "off") query.set("breakdown", "off");
  if (deflate) query.set("deflate", "on");
  if (library) query.set("library", "gorilla");
  return `${location.origin.replace(/^http/, "ws")}${path}?${query}`;
}

/**
 * EchoSocket is one connection. Events on itself:
 * - "state": see its state;
 * - "message" {detail: {data, number}}: a message that the page's API received;
 * - "frame" {detail: WireEvent}: a frame of this connection, as the wire's feed tells it;
 * - "event" {detail: WireEvent}: any event of this connection, from its request on;
 * - "end" {detail: PageClose}: what the page was told;
 * - "gone" {detail: WireEvent}: the end of its TCP connection, as the wire's feed tells it.
 * On its host it dispatches socket-send and socket-close, which bubble.
 */
export class EchoSocket extends EventTarget {
  /** @type {SocketState} */
  state = "connecting";
  socket = draw(4);
  sent = 0; // messages given to send()
  received = 0;
  everOpen = false;
  #host;
  #web;
  #conn = -1; // its number on the wire, once known
  #quiet = new AbortController();

  /**
   * @param {HTMLElement} host
   * @param {EchoOptions} options
   */
  constructor(host, options) {
    super();
    this.#host = host;
    const feed = pageFeed();
    feed.addEventListener("items", (e) => this.#watch(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal: this.#quiet.signal });
    this.#web = new WebSocket(echoUrl(options, this.socket));
    this.#web.binaryType = "arraybuffer";
    this.#web.addEventListener("open", () => {
      this.everOpen = true;
      this.#enter("open");
    });
    this.#web.addEventListener("message", (e) => {
      this.dispatchEvent(new CustomEvent("message", { detail: { data: e.data, number: ++this.received } }));
    });
    this.#web.addEventListener("close", (e) => this.#ended(e));
  }

  get bufferedAmount() {
    return this.#web.bufferedAmount;
  }

  /**
   * send sends one message and returns its number on this connection.
   * @param {string | ArrayBuffer | Blob} data
   */
  send(data) {
    if (this.#web.readyState !== WebSocket.OPEN) throw new Error("Not connected: press Connect first.");
    this.#web.send(data);
    const message = ++this.sent;
    this.#emit("socket-send", { socket: this.socket, message, blob: data instanceof Blob });
    return message;
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code, reason) {
    if (code === undefined) this.#web.close();
    else this.#web.close(code, reason);
    if (this.state === "open") this.#enter("closing");
  }

  /** drop closes and says nothing more to whoever listened. */
  drop() {
    this.close();
    this.#quiet.abort();
  }

  /** @param {Item[]} items */
  #watch(items) {
    for (const e of items) {
      if (e.kind === "lost") continue;
      // What an intermediary sends on has the same target, on another connection.
      if (e.kind === "request" && e.driver !== "proxy" && e.http?.target?.includes(`socket=${this.socket}`)) this.#conn = e.conn;
      if (e.conn !== this.#conn) continue;
      this.dispatchEvent(new CustomEvent("event", { detail: e }));
      if (e.kind === "frame") this.dispatchEvent(new CustomEvent("frame", { detail: e }));
      if (e.kind !== "close") continue;
      this.dispatchEvent(new CustomEvent("gone", { detail: e }));
      this.#quiet.abort();
    }
  }

  /** @param {CloseEvent} e */
  #ended(e) {
    this.state = "closed";
    /** @type {PageClose} */
    const detail = { socket: this.socket, code: e.code, reason: e.reason, wasClean: e.wasClean };
    this.dispatchEvent(new CustomEvent("end", { detail }));
    this.#enter("closed");
    this.#emit("socket-close", detail);
    // The last frames may come over the feed after the page's own close; then there is nothing more.
    setTimeout(() => this.#quiet.abort(), 2000);
  }

  /** @param {SocketState} state */
  #enter(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #emit(name, detail) {
    const target = this.#host.isConnected ? this.#host : document;
    target.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}
