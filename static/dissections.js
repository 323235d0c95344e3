// One event with its dissection, from the server's log; the newest of them stay at hand.

/** @import { WireEvent } from "./event-types.js" */

const AT_HAND = 64;

export class Dissections {
  #base;
  #fetch;
  /** @type {Map<number, WireEvent>} */
  #cache = new Map();

  /**
   * @param {string} base such as /wire/ID/events/
   * @param {(url: string, init: RequestInit) => Promise<Response>} [fetcher]
   */
  constructor(base, fetcher = (url, init) => fetch(url, init)) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  /** forget is told when the server's numbers begin again. */
  forget() {
    this.#cache.clear();
  }

  /**
   * get returns the event, or an error whose message says what happened.
   * @param {number} seq
   * @param {AbortSignal} signal
   * @returns {Promise<WireEvent>}
   */
  async get(seq, signal) {
    const known = this.#cache.get(seq);
    if (known) return known;
    const response = await this.#fetch(`${this.#base}${seq}`, { signal });
    const answer = await response.json();
    if (!response.ok) throw new Error(typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`);
    this.#cache.set(seq, answer);
    for (const old of this.#cache.keys()) {
      if (this.#cache.size <= AT_HAND) break;
      this.#cache.delete(old);
    }
    return answer;
  }
}
