// The connections of a wire, and what each carried: counted event by event.

/** @import { CloseTruth, Direction, PageClose, WireEvent } from "./event-types.js" */

/**
 * @typedef {{ size: number, overhead: number, messages: number, frames: number, payload: number }} Sum
 *   size and overhead count every byte; messages, frames and payload those of WebSocket data.
 * @typedef {Record<Direction, Sum>} Totals
 */

/** @returns {Totals} */
export function nothing() {
  const zero = () => ({ size: 0, overhead: 0, messages: 0, frames: 0, payload: 0 });
  return { up: zero(), down: zero() };
}

/**
 * count adds an event to totals.
 * @param {Totals} totals
 * @param {WireEvent} e
 */
export function count(totals, e) {
  const sum = totals[e.direction];
  sum.size += e.size;
  sum.overhead += e.overhead;
  if (e.frame === undefined) return;
  sum.frames++;
  if (e.frame.part === undefined) return;
  if (e.frame.part === 1) sum.messages++;
  sum.payload += e.payloadLength;
}

/** One connection of the wire. */
export class Connection {
  /** @type {"HTTP" | "WebSocket" | "TCP"} */
  kind = "TCP";
  path = "";
  driver = "page";
  viewer = ""; // whose it is, on the wire of a class's room
  open = true;
  rows = 0; // events that the page still keeps
  totals = nothing();
  /** @type {CloseTruth} What is known of its end so far. */
  truth = { tcp: "" };
  /** @type {string | undefined} The hint that the page put into the socket's URL. */
  socket;
  /** @type {PageClose | undefined} */
  pageClose;
  /** @type {string | undefined} The extensions that the client offered; undefined if none. */
  offered;
  /** @type {string | undefined} Those that the 101 takes; undefined as long as there is none. */
  extensions;
  #target = "";

  /** @param {number} number */
  constructor(number) {
    this.number = number;
  }

  /** @param {WireEvent} e */
  add(e) {
    if (e.driver) this.driver = e.driver;
    if (e.viewer) this.viewer = e.viewer;
    count(this.totals, e);
    switch (e.kind) {
      case "request":
        if (this.kind === "TCP") this.kind = "HTTP";
        this.#target = e.http?.target ?? "";
        this.offered = field(e, "sec-websocket-extensions");
        this.extensions = undefined;
        break;
      case "response":
        if (e.http?.status !== 101) break;
        this.extensions = field(e, "sec-websocket-extensions") ?? "";
        this.#upgrade();
        break;
      case "frame":
        if (e.frame?.type === "close" && e.frame.close) this.#closing(e.direction, e);
        break;
      case "close":
        this.open = false;
        if (e.close) this.truth = e.close;
        break;
    }
  }

  #upgrade() {
    this.kind = "WebSocket";
    const [path = "", query = ""] = this.#target.split("?", 2);
    this.path = path;
    if (this.driver !== "proxy") this.socket = new URLSearchParams(query).get("socket") ?? undefined;
    this.truth.websocket = true;
  }

  /**
   * @param {Direction} direction
   * @param {WireEvent} e
   */
  #closing(direction, e) {
    const body = e.frame?.close;
    if (body === undefined || this.truth[direction] !== undefined) return;
    this.truth.first ??= direction;
    this.truth[direction] = body;
    this.truth.clean = this.truth.up !== undefined && this.truth.down !== undefined;
  }

  get name() {
    const what = this.kind === "WebSocket" ? `WebSocket ${this.path}` : this.kind;
    return this.viewer === "" ? what : `${this.viewer} · ${what}`;
  }
}

/**
 * field is the value of a header field, joined if it stands more than once; undefined if it doesn't.
 * @param {WireEvent} e
 * @param {string} name in lower case
 */
function field(e, name) {
  const values = (e.http?.fields ?? []).filter((f) => f.name.toLowerCase() === name).map((f) => f.value);
  return values.length === 0 ? undefined : values.join(", ");
}
