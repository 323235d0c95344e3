// The page's one subscription to its wire: what crossed it, live, and where the server left off.
import { Line, socketUrl } from "./line.js";
import { wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */
/** @import { Ways } from "./line.js" */

/**
 * Feed follows one wire. Events beside those of a line:
 * - "items" {detail: Item[]}: events in order, with the gaps ("lost") where they were;
 * - "restart": the server began its numbers again, so what came before has no number any more.
 */
export class Feed extends Line {
  last = 0; // the number of the newest event that came
  #fresh = false; // nothing has come yet on this connection

  /**
   * @param {string} url of the feed, without a query
   * @param {Ways} [ways]
   */
  constructor(url, ways) {
    super(() => `${url}?after=${this.last}`, ways);
    this.addEventListener("connecting", () => (this.#fresh = true));
    this.addEventListener("message", (e) => this.#take(/** @type {CustomEvent<Item | Item[]>} */ (e).detail));
  }

  /** @param {Item | Item[]} message */
  #take(message) {
    const items = Array.isArray(message) ? message : [message];
    for (const item of items) {
      if (item.kind === "lost") continue;
      if (this.#fresh && item.seq <= this.last) this.dispatchEvent(new Event("restart"));
      this.#fresh = false;
      this.last = item.seq;
    }
    if (items.length > 0) this.dispatchEvent(new CustomEvent("items", { detail: items }));
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
