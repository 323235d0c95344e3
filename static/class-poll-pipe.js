// Long polling dressed as a WebSocket, for networks that let none through: one request waits for what
// comes next, and what is said goes in requests of its own.
import { wireId } from "./wire-id.js";

const MOST = 32; // messages that wait to be sent
const SHORT = 1000; // milliseconds: an empty answer that comes sooner is not asked for again before

/**
 * @typedef {{ after: string, messages: unknown[] }} Batch
 * @typedef {(url: string, init?: RequestInit) => Promise<Response>} Fetch
 */

/** PollPipe has a WebSocket's events and methods, as far as a Line uses them. */
export class PollPipe extends EventTarget {
  #base;
  #token;
  #fetch;
  #gone = new AbortController();
  #after = "";
  #waiting = 0;
  #last = Promise.resolve();

  /**
   * @param {string} base of the class, /classes/{code}
   * @param {() => string | undefined} token what makes this page more than a viewer's
   * @param {Fetch} [ask]
   */
  constructor(base, token, ask = (url, init) => fetch(url, init)) {
    super();
    this.#base = base;
    this.#token = token;
    this.#fetch = ask;
    void this.#run();
  }

  /** @param {string} text */
  send(text) {
    if (this.#waiting >= MOST) {
      this.#end("too many messages wait to be sent");
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(() => this.#post(text));
  }

  close() {
    this.#gone.abort();
  }

  async #run() {
    const { signal } = this.#gone;
    let open = false;
    try {
      while (!signal.aborted) {
        const began = performance.now();
        const after = this.#after === "" ? "" : `&after=${encodeURIComponent(this.#after)}`;
        const response = await this.#ask("poll", after, { cache: "no-store" });
        if (!response.ok) throw new Error(await refusal(response));
        const batch = /** @type {Batch} */ (await response.json());
        if (signal.aborted) return;
        if (!open) this.dispatchEvent(new Event("open"));
        open = true;
        this.#after = batch.after;
        for (const message of batch.messages) this.#tell(message);
        if (batch.messages.length === 0) await pause(SHORT - (performance.now() - began), signal);
      }
    } catch (error) {
      this.#end(reason(error));
    }
  }

  /**
   * @param {"poll" | "say"} what
   * @param {string} more
   * @param {RequestInit} init
   */
  #ask(what, more, init) {
    const token = this.#token();
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const unseen = token === undefined ? "" : "&as=presenter"; // a token is kept off the wire
    return this.#fetch(`${this.#base}/${what}?wire=${wireId()}${unseen}${more}`, { ...init, headers, signal: this.#gone.signal });
  }

  /** @param {string} text */
  async #post(text) {
    const { signal } = this.#gone;
    if (signal.aborted) return;
    try {
      const response = await this.#ask("say", "", { method: "POST", body: text });
      if (!response.ok) throw new Error(await refusal(response));
      if (response.status !== 204) this.#tell(await response.json());
    } catch (error) {
      this.#end(reason(error));
    } finally {
      this.#waiting--;
    }
  }

  /** @param {unknown} message */
  #tell(message) {
    if (!this.#gone.signal.aborted) this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }

  /** @param {string} why */
  #end(why) {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: why }));
  }
}

/** @param {Response} response */
async function refusal(response) {
  try {
    const { error } = await response.json();
    if (typeof error === "string") return error;
  } catch {
    // not ours: a gateway's page, say
  }
  return `the server answered ${response.status}`;
}

/** @param {unknown} error */
function reason(error) {
  return error instanceof TypeError ? "" : error instanceof Error ? error.message : String(error);
}

/**
 * @param {number} wait
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(wait, signal) {
  if (wait <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(done, wait);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    }, { once: true });
  });
}
