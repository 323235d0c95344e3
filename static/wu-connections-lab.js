// <wu-connections-lab>: requests drawn on the connections that carry them. Ten one after another,
// or ten at once; and whatever else asks for /lab/connections/ on this wire.
import { button, el } from "./dom.js";
import { Ends, lanesOf, tally } from "./connection-lanes.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { bytes, plural } from "./format.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { Timeline } from "./timeline.js";
import { time } from "./timeline-scale.js";
import { wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */

const LESSON = "connections";
const TEN = 10;
const BETWEEN = 150; // milliseconds between two clicks
const HELD = 2000; // milliseconds that each of ten at once is held

export class WuConnectionsLab extends HTMLElement {
  static define(tag = "wu-connections-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} what is being asked now */
  #run;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Timeline | undefined} */
  #timeline;
  /** @type {Prediction | undefined} */
  #prediction;
  #ends = new Ends();
  #state = el("span", { role: "status" });
  #close = el("input", { type: "checkbox" });
  #clicks = button("Ten clicks, one after another", () => void this.#tenClicks(), { class: "btn" });
  #once = button("Ten at once again", () => void this.#tenAtOnce(), { class: "btn" });
  #predict = el("div");
  #sum = el("p", { class: "said sum", role: "status" });
  #awaiting = 0; // answers to ten at once that the wire has not told of, while the guess waits

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#timeline = new Timeline({
      label: "Requests on the connections that carried them",
      words: { delivered: "a request, from its arrival to the end of its answer", wait: "held, without an answer yet", event: "the connection was closed", error: "cut off" },
      signal,
    });
    this.#ask();
    this.replaceChildren(
      el("h3", {}, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      el("div", { class: "lab-row" }, this.#clicks, el("label", {}, this.#close, " with ", el("code", {}, "Connection: close")), this.#once),
      this.#predict,
      this.#timeline.root,
      this.#sum,
    );
    const feed = pageFeed();
    feed.addEventListener("items", (e) => {
      for (const item of /** @type {CustomEvent<Item[]>} */ (e).detail) this.#ends.add(item);
    }, { signal });
    feed.addEventListener("restart", () => (this.#ends = new Ends()), { signal });
    this.#exchanges = new Exchanges(feed, { lab: LESSON, accept: (x) => !x.target.includes("&dial=") && !x.target.includes("&size="), signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    // A connection's end changes the picture, and no exchange.
    feed.addEventListener("items", (e) => {
      if (/** @type {CustomEvent<Item[]>} */ (e).detail.some((item) => item.kind === "close")) this.#show();
    }, { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#run?.abort();
    this.#gone?.abort();
  }

  #ask() {
    this.#once.hidden = true;
    this.#prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), ` Ten requests at once, and the server holds each of them for ${HELD / 1000} seconds. How many connections will your browser use?`),
        unit: "connections",
        go: "Predict and ask ten at once",
        skip: "Ask",
      },
      () => void this.#tenAtOnce(),
    );
    this.#predict.replaceChildren(this.#prediction.root);
  }

  /** @param {string} query */
  #url(query) {
    return `/lab/connections/${labWord(LESSON)}?wire=${wireId()}${query}`;
  }

  /** begin makes room for a new picture, and ends what was being asked. */
  #begin() {
    this.#run?.abort();
    this.#run = new AbortController();
    this.#exchanges?.clear();
    this.#awaiting = 0;
    return this.#run.signal;
  }

  /**
   * @param {string} query
   * @param {AbortSignal} signal
   */
  async #get(query, signal) {
    const response = await fetch(this.#url(query), { cache: "no-store", signal });
    await response.text();
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  }

  async #tenClicks() {
    const signal = this.#begin();
    await this.#try(signal, async () => {
      for (let i = 0; i < TEN; i++) {
        await this.#get(this.#close.checked ? "&close=1" : "", signal);
        if (i < TEN - 1) await pause(BETWEEN, signal);
      }
    });
  }

  async #tenAtOnce() {
    const signal = this.#begin();
    this.#awaiting = TEN;
    this.#prediction?.wait("Asking…");
    const query = `&hold=${HELD}${this.#close.checked ? "&close=1" : ""}`;
    await this.#try(signal, () => Promise.all(Array.from({ length: TEN }, () => this.#get(query, signal))));
  }

  /**
   * @param {AbortSignal} signal
   * @param {() => Promise<unknown>} ask
   */
  async #try(signal, ask) {
    try {
      await ask();
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof TypeError ? "The server does not answer. Is it running?" : `${error instanceof Error ? error.message : error}`;
      this.#awaiting = 0;
      this.#prediction?.wait(text);
      this.#sum.textContent = text;
    }
  }

  #show() {
    const list = this.#exchanges?.list ?? [];
    this.#state.textContent = `connections lab · ${list.length === 0 ? "nothing asked yet" : list.some((x) => x.open) ? "asking…" : "done"}`;
    this.#timeline?.show(lanesOf(list, this.#ends, (x) => (x.target.includes("hold=") ? `request ${list.indexOf(x) + 1}` : undefined)));
    if (this.#timeline) this.#timeline.root.hidden = list.length === 0;
    const sum = tally(list, this.#ends);
    this.#sum.replaceChildren();
    if (list.length > 0) {
      this.#sum.append(
        el("b", {}, `${plural(sum.requests, "request")} on ${plural(sum.connections, "connection")}`),
        `, ${sum.fresh === 0 ? "all of them open before" : `${sum.fresh} of them new`}${sum.closed > 0 ? `, ${sum.closed} closed` : ""}. Up ${bytes(sum.up)}, down ${bytes(sum.down)}, ${time(sum.took)} from the first to the last byte, and never more than ${sum.most} at a time.`,
      );
    }
    const held = list.filter((x) => x.driver === "page" && x.target.includes("hold=") && !x.open && !x.cut);
    if (this.#awaiting > 0 && held.length >= this.#awaiting) {
      this.#awaiting = 0;
      this.#once.hidden = false;
      this.#prediction?.judge(tally(held, this.#ends).connections, "Counted on the wire. The requests that found no free connection waited in your browser, and no byte of them crossed meanwhile. Other tabs of the same browser share these connections, if they are open on this server.");
    }
  }

  async #reset() {
    this.#run?.abort();
    this.#exchanges?.clear();
    this.#awaiting = 0;
    this.#close.checked = false;
    this.#ask();
    this.#show();
    await command("connections", "reset", {}, (text) => (this.#sum.textContent = text));
    this.dispatchEvent(new CustomEvent("lab-reset", { bubbles: true, detail: { lesson: LESSON } }));
  }
}

/**
 * pause waits, and gives up when signal aborts.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((done, give) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      give(signal.reason);
    }, { once: true });
  });
}
