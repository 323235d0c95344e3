// Keeps what the reader measures while a page is open: the feed is counted, and what is new is kept.
import { pageFeed } from "./feed.js";
import { keepMeasured, Tally } from "./measures.js";

/** @import { Item } from "./event-types.js" */

const OFTEN = 700; // milliseconds at least between two times of keeping

/** Tells "change" when something new has been kept. */
export const measures = new EventTarget();

/** followMeasures begins to count, once for a page. */
export function followMeasures() {
  const feed = pageFeed();
  /** @type {Tally | undefined} */
  let tally;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;
  feed.addEventListener("items", (e) => {
    tally ??= new Tally(feed.began ?? Date.now());
    tally.take(/** @type {CustomEvent<Item[]>} */ (e).detail);
    due ??= setTimeout(() => {
      due = undefined;
      if (tally && keepMeasured(tally.found)) measures.dispatchEvent(new Event("change"));
    }, OFTEN);
  });
  feed.addEventListener("restart", () => (tally = undefined));
}
