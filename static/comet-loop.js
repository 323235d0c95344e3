// The asking side of Comet: one request held at a time, and what to do when it has been answered.

/**
 * @typedef {"idle" | "asking" | "pausing" | "resting"} LoopState
 * @typedef {"at once" | "a while" | "never"} Patience what to do after an answer without an event
 * @typedef {{ word: string, cursor: boolean, pause: number, through: boolean, patience: Patience }} Manners
 */

const REST = [500, 1500]; // milliseconds, between which "a while" is drawn
const DOWN = 3000; // milliseconds until a server that doesn't answer is asked again

/**
 * CometLoop asks, waits for the answer, and asks again. Its manners are looked at before each
 * request. Events: "change" when its state does; "said" {detail: string} when it has to give up.
 */
export class CometLoop extends EventTarget {
  /** @type {LoopState} */
  state = "idle";
  last = 0; // the cursor: the number of the last event that came
  #wire;
  #manners;
  #fetch;
  #random;
  #later;
  /** @type {AbortController | undefined} */
  #running;

  /**
   * @param {string} wire
   * @param {() => Manners} manners
   * @param {{ fetch?: typeof fetch, random?: () => number, later?: (f: () => void, ms: number) => number | undefined }} [how]
   */
  constructor(wire, manners, { fetch: get = (...args) => fetch(...args), random = Math.random, later = (f, ms) => setTimeout(f, ms) } = {}) {
    super();
    this.#wire = wire;
    this.#manners = manners;
    this.#fetch = get;
    this.#random = random;
    this.#later = later;
  }

  get running() {
    return this.#running !== undefined;
  }

  start() {
    if (this.#running) return;
    this.#running = new AbortController();
    void this.#run(this.#running.signal);
  }

  stop() {
    this.#running?.abort();
    this.#running = undefined;
    this.#enter("idle");
  }

  /** url is what the next request asks for. */
  url() {
    const { word, cursor, through } = this.#manners();
    const query = new URLSearchParams({ wire: this.#wire });
    if (cursor) query.set("since", String(this.last));
    if (through) query.set("through", "cutter");
    return `/lab/comet/${word}?${query}`;
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    while (!signal.aborted) {
      this.#enter("asking");
      let status = 0;
      try {
        const response = await this.#fetch(this.url(), { cache: "no-store", signal });
        ({ status } = response);
        if (status === 200) this.last = (await response.json()).last;
        else if (status !== 204 && status < 500) throw new Error((await response.json()).error);
        else await response.text();
      } catch (error) {
        if (signal.aborted) return;
        if (status !== 0) {
          this.#giveUp(error instanceof Error ? error.message : String(error));
          return;
        }
      }
      if (signal.aborted) return;
      const { pause, patience } = this.#manners();
      if (status === 200) await this.#wait("pausing", pause, signal);
      else if (patience === "never" && status !== 0) {
        this.#giveUp(`The answer was ${status}, and nobody asks again: what happens from now on reaches nobody.`);
        return;
      } else {
        const [least = 0, most = 0] = REST;
        await this.#wait("resting", status === 0 ? DOWN : patience === "a while" ? least + this.#random() * (most - least) : 0, signal);
      }
    }
  }

  /** @param {string} why */
  #giveUp(why) {
    this.stop();
    this.dispatchEvent(new CustomEvent("said", { detail: why }));
  }

  /**
   * @param {LoopState} state
   * @param {number} ms
   * @param {AbortSignal} signal
   */
  async #wait(state, ms, signal) {
    if (ms <= 0) return;
    this.#enter(state);
    const over = new AbortController(); // so that the signal keeps no listener of a wait that is over
    await new Promise((done) => {
      const timer = this.#later(() => done(undefined), ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        done(undefined);
      }, { signal: over.signal });
    });
    over.abort();
  }

  /** @param {LoopState} state */
  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}
