// <wu-polling-lab>: asks again and again whether anything has happened, with fetch or with
// XMLHttpRequest, and counts on the wire what that cost and what it brought.
import { button, el, freshId, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { bytes, number, plural, share } from "./format.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { sums, timesOf } from "./polling-sums.js";
import { pollWithFetch, pollWithXHR } from "./polling-ways.js";
import { Prediction } from "./prediction.js";
import { Timeline } from "./timeline.js";
import { time } from "./timeline-scale.js";
import { wireId } from "./wire-id.js";

const LESSON = "polling";
const INTERVALS = [0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10]; // seconds
const SECOND = INTERVALS.indexOf(1);
const MEAN = 2; // seconds between two events of the source, on average
const SPAN = 20_000; // milliseconds in sight
const RUN = 20; // polls of a prediction
const SHARES = [20, 40, 60, 80]; // per cent

const WAYS = [
  { name: "fetch", poll: pollWithFetch },
  { name: "XMLHttpRequest", poll: pollWithXHR },
];

export class WuPollingLab extends HTMLElement {
  static define(tag = "wu-polling-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} while it polls */
  #run;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Timeline | undefined} */
  #timeline;
  /** @type {Prediction | undefined} */
  #prediction;
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #predict = el("div");
  #slider = el("input", { type: "range", min: 0, max: INTERVALS.length - 1, step: 1, value: SECOND, id: freshId("interval") });
  #every = el("output", { for: this.#slider.id, class: "dial-value" });
  #name = freshId("way");
  #ways = el("fieldset", { class: "choices" });
  #conditional = el("input", { type: "checkbox" });
  #start = button("Start polling", () => this.#toggle(), { class: "btn primary" });
  #said = el("p", { class: "said", role: "status" });
  #figures = el("dl", { class: "counters" });
  /** @type {Map<string, { value: HTMLElement, more: HTMLElement }>} */
  #counters = new Map();
  #codes = el("div", { class: "codes" });
  #since = 0;
  #left = Infinity; // polls until it stops by itself
  #judging = false;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#timeline = new Timeline({
      label: "Polls, and the events that waited for them",
      lanes: ["events", "polls"],
      words: { wait: "an event, from when it happened until it was sent", ask: "asked, no answer yet", empty: "a poll that brought nothing", delivered: "a poll that brought something", error: "refused, or cut off" },
      signal,
    });
    this.#choices();
    this.#counter();
    this.#ask();
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "dial" }, el("label", { for: this.#slider.id }, "Ask every"), this.#slider, this.#every),
      el("div", { class: "lab-row" }, this.#ways, el("label", {}, this.#conditional, " ask only for what has changed (", el("code", {}, "If-None-Match"), ")"), this.#start),
      this.#said,
      this.#figures,
      this.#timeline.root,
      el("h4", {}, "The code that runs"),
      this.#codes,
    );
    this.#slider.addEventListener("input", () => this.#show(), { signal });
    this.#ways.addEventListener("change", () => this.#show(), { signal });
    this.#exchanges = new Exchanges(pageFeed(), { lab: LESSON, signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#run?.abort();
    this.#gone?.abort();
  }

  #choices() {
    const inputs = WAYS.map(({ name }, i) => el("label", {}, el("input", { type: "radio", name: this.#name, value: i, checked: i === 0 }), " ", el("code", {}, name)));
    this.#ways.replaceChildren(el("legend", { class: "visually-hidden" }, "Ask with"), ...inputs);
    this.#codes.replaceChildren(
      ...WAYS.map(({ name, poll }) => el("figure", { class: "code" }, el("figcaption", {}, name), el("pre", { tabindex: "0" }, el("code", {}, poll.toString())))),
    );
  }

  #counter() {
    for (const name of ["asked", "empty", "delivered", "mean delay", "sent up", "sent down", "overhead", "saved by 304"]) {
      const value = el("b");
      const more = el("small");
      this.#counters.set(name, { value, more });
      this.#figures.append(el("div", {}, el("dt", {}, name), el("dd", {}, value, " ", more)));
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {string} [more]
   */
  #count(name, value, more = "") {
    const counter = this.#counters.get(name);
    write(counter?.value, value);
    write(counter?.more, more);
  }

  #ask() {
    this.#judging = false;
    this.#prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), ` Something happens about every ${MEAN} seconds, and nobody knows when. You ask ${RUN} times, once a second. How many of the answers will be empty?`),
        choices: SHARES.map((value) => ({ value, text: `about ${value}%` })),
        go: "Predict and poll",
        skip: "Poll",
      },
      () => {
        this.#slider.value = String(SECOND);
        this.#judging = true;
        this.#prediction?.wait(`Polling, for about ${RUN} seconds…`);
        this.#begin(RUN);
      },
    );
    this.#predict.replaceChildren(this.#prediction.root);
  }

  get #interval() {
    return (INTERVALS[Number(this.#slider.value)] ?? 1) * 1000;
  }

  #way() {
    const chosen = this.#ways.querySelector("input:checked");
    return WAYS[chosen instanceof HTMLInputElement ? Number(chosen.value) : 0] ?? { name: "", poll: pollWithFetch };
  }

  #toggle() {
    if (this.#run) this.#stop();
    else this.#begin(Infinity);
  }

  /** @param {number} polls */
  #begin(polls) {
    this.#stop();
    this.#run = new AbortController();
    this.#left = polls;
    this.#exchanges?.clear();
    this.#said.textContent = "";
    this.#show();
    void this.#poll(this.#run.signal);
  }

  #stop() {
    this.#run?.abort();
    this.#run = undefined;
    this.#timeline?.stop();
    this.#show();
  }

  /** @param {AbortSignal} signal */
  async #poll(signal) {
    while (!signal.aborted && this.#left > 0) {
      const began = performance.now();
      try {
        const url = `/lab/polling/${labWord(LESSON)}?wire=${wireId()}&since=${this.#since}`;
        const answer = await this.#way().poll(url, this.#conditional.checked, signal);
        if (signal.aborted) return;
        if (typeof answer?.last !== "number") throw new Error(answer?.error ?? "The server gave no answer that the lab can read.");
        this.#since = answer.last;
      } catch (error) {
        if (signal.aborted) return;
        this.#stop();
        this.#judging = false;
        const text = error instanceof TypeError ? "The server does not answer. Is it running?" : String(error instanceof Error ? error.message : error);
        this.#said.textContent = text;
        this.#prediction?.wait(text);
        return;
      }
      this.#left--;
      if (this.#left > 0) await pause(() => this.#interval - (performance.now() - began), signal);
    }
    if (!signal.aborted) this.#stop();
  }

  #show() {
    const list = this.#exchanges?.list ?? [];
    const sum = sums(list);
    const polling = this.#run !== undefined;
    this.dataset["state"] = polling ? "open" : "closed";
    this.toggleAttribute("data-ran", sum.asked > 0);
    write(this.#state, `polling lab · ${polling ? `asking every ${this.#interval / 1000} s` : "not asking"}`);
    write(this.#start, polling ? "Stop polling" : "Start polling");
    write(this.#every, `${this.#interval / 1000} s, so an event waits half of that on average`);
    this.#slider.setAttribute("aria-valuetext", `every ${this.#interval / 1000} seconds`);
    const way = this.#way().name;
    for (const code of this.#codes.children) code.classList.toggle("here", code.querySelector("figcaption")?.textContent === way);
    const none = sum.asked === 0;
    this.#count("asked", number(sum.asked));
    this.#count("empty", number(sum.empty), share(sum.empty, sum.asked));
    this.#count("delivered", number(sum.events), sum.events === 1 ? "event" : "events");
    this.#count("mean delay", sum.events === 0 ? "·" : time(sum.delay / sum.events));
    this.#count("sent up", none ? "·" : bytes(sum.up));
    this.#count("sent down", none ? "·" : bytes(sum.down));
    this.#count("overhead", none ? "·" : bytes(sum.overhead), share(sum.overhead, sum.up + sum.down));
    this.#count("saved by 304", sum.unchanged === 0 ? "·" : bytes(sum.saved), sum.unchanged === 0 ? "" : `in ${plural(sum.unchanged, "answer")}`);
    this.#timeline?.show(timesOf(list, SPAN), { live: polling && list.length > 0 });
    if (this.#judging && !polling && sum.asked >= RUN) {
      this.#judging = false;
      const measured = (100 * sum.empty) / sum.asked;
      const nearest = SHARES.reduce((a, b) => (Math.abs(b - measured) < Math.abs(a - measured) ? b : a));
      this.#prediction?.judge(nearest, `${sum.empty} of ${sum.asked} answers were empty, counted on the wire: ${share(sum.empty, sum.asked)}. Events come at random, so another run has another share.`);
    }
  }

  async #reset() {
    this.#run?.abort();
    this.#run = undefined;
    this.#since = 0;
    this.#slider.value = String(SECOND);
    this.#conditional.checked = false;
    this.#choices();
    this.#ask();
    this.#exchanges?.clear();
    this.#timeline?.stop();
    this.#said.textContent = "";
    this.#show();
    await command("polling", "reset", {}, (text) => (this.#said.textContent = text));
  }
}

/**
 * pause waits as long as left says, and looks again meanwhile: the interval may be changed.
 * @param {() => number} left in milliseconds
 * @param {AbortSignal} signal
 */
async function pause(left, signal) {
  for (let ms = left(); ms > 0 && !signal.aborted; ms = left()) await new Promise((done) => setTimeout(done, Math.min(ms, 100)));
}
