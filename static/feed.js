// The page's one subscription to its wire: what crossed it, live, and where the server left off.
import { Line, socketUrl } from "./line.js";
import { wireId } from "./wire-id.js";

/** @import { Item, Which } from "./event-types.js" */
/** @import { Ways } from "./line.js" */

/**
 * Feed follows one wire. Events beside those of a line:
 * - "items" {detail: Item[]}: events in order, with the gaps ("lost") where they were;
 * - "restart": the server began its numbers again, so what came before has no number any more.
 */
export class Feed extends Line {
  last = 0; // the number of the newest event that came
  /** @type {number | null} */
  #began = null; // of the log that came, which tells it from a later one with the same numbers

  /**
   * @param {string} url of the feed, without a query
   * @param {Ways} [ways]
   */
  constructor(url, ways) {
    super(() => `${url}?after=${this.last}&began=${this.#began ?? ""}`, ways);
    this.addEventListener("message", (e) => this.#take(/** @type {CustomEvent<Item | Which | (Item | Which)[]>} */ (e).detail));
  }

  /** began is when the log's first event was, in ms since 1970; null while there is none. */
  get began() {
    return this.#began;
  }

  /** @param {Item | Which | (Item | Which)[]} message */
  #take(message) {
    /** @type {Item[]} */
    const items = [];
    for (const item of Array.isArray(message) ? message : [message]) {
      if (item.kind === "wire") this.#follow(item.began);
      else items.push(item);
    }
    for (const item of items) {
      if (item.kind !== "lost") this.last = item.seq;
    }
    if (items.length > 0) this.dispatchEvent(new CustomEvent("items", { detail: items }));
  }

  /**
   * #follow notes which log this is. Another one than before begins at its first event.
   * @param {number | null} began
   */
  #follow(began) {
    if (this.last > 0 && began !== this.#began) {
      this.last = 0;
      this.dispatchEvent(new Event("restart"));
    }
    this.#began = began;
  }
}

/** @type {Feed | undefined} */
let shared;

/**
 * pageFeed is the one feed of this page: every element on it listens to the same.
 */
export function pageFeed() {
  if (shared !== undefined) return shared;
  shared = new Feed(socketUrl(`/wire/${wireId()}/feed`));
  shared.keep();
  return shared;
}
