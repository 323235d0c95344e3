// The wire's clock as far as a page knows it: the newest event's time, and what has passed since by
// the page's own clock. It runs behind the server's by as long as the feed takes.

/** @import { Item } from "./event-types.js" */

export class WireClock {
  #ahead = Number.NEGATIVE_INFINITY; // of the page's clock, as far as is known
  #page;

  /** @param {() => number} [page] the page's clock, in ms */
  constructor(page = () => performance.now()) {
    this.#page = page;
  }

  /** @param {Item[]} items what the feed has told just now */
  see(items) {
    const page = this.#page();
    for (const item of items) {
      if (item.kind !== "lost") this.#ahead = Math.max(this.#ahead, item.at - page);
    }
  }

  /** forget is for a server whose numbers have begun again. */
  forget() {
    this.#ahead = Number.NEGATIVE_INFINITY;
  }

  /** now is the time on the wire's clock; undefined before anything has been seen. */
  get now() {
    return this.#ahead === Number.NEGATIVE_INFINITY ? undefined : this.#page() + this.#ahead;
  }
}
