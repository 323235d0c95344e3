// The windows of one class in one browser, which tell each other what needs no server: the projector's its
// size, the presenter's where it is, and how far down a tall slide, while the network is gone.

/**
 * @typedef {{ screen: { width: number, height: number } } | { at: import("./deck.js").Place } | { replay: string | null } | { scroll: number } | { ask: true }} Told
 */

/** Windows carries what they tell. Events: "told" {detail: Told}. */
export class Windows extends EventTarget {
  #channel;

  /** @param {string} code */
  constructor(code) {
    super();
    this.#channel = new BroadcastChannel(`wireup.class.${code}`);
    this.#channel.onmessage = ({ data }) => this.dispatchEvent(new CustomEvent("told", { detail: data }));
  }

  /** @param {Told} told */
  tell(told) {
    this.#channel.postMessage(told);
  }

  close() {
    this.#channel.close();
  }
}
