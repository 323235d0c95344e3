// The connections that the forge opened, as the wire's feed tells them: found by their port.

/** @import { Item, WireEvent } from "./event-types.js" */

const KEPT = 8; // connections
const EVENTS = 200; // of one

/** Forged collects events, and dispatches "more" when there are new ones. */
export class Forged extends EventTarget {
  /** @type {Map<number, { port: string, events: WireEvent[] }>} */
  #conns = new Map();

  /**
   * @param {EventTarget} feed
   * @param {AbortSignal} signal
   */
  constructor(feed, signal) {
    super();
    feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#conns.clear(), { signal });
  }

  /**
   * from returns the events of the newest connection from a port, none if the feed has told none.
   * @param {number} port
   * @returns {WireEvent[]}
   */
  from(port) {
    return [...this.#conns.values()].findLast((conn) => conn.port === String(port))?.events ?? [];
  }

  /** @param {Item[]} items */
  #take(items) {
    let more = false;
    for (const e of items) {
      if (e.kind === "lost" || e.driver !== "forge") continue;
      if (e.kind === "open") this.#open(e);
      const events = this.#conns.get(e.conn)?.events;
      if (events === undefined || events.length >= EVENTS) continue;
      events.push(e);
      more = true;
    }
    if (more) this.dispatchEvent(new Event("more"));
  }

  /** @param {WireEvent} e */
  #open(e) {
    this.#conns.delete(e.conn);
    this.#conns.set(e.conn, { port: e.open?.remote?.split(":").at(-1) ?? "", events: [] });
    for (const old of this.#conns.keys()) {
      if (this.#conns.size <= KEPT) break;
      this.#conns.delete(old);
    }
  }
}
