// <wu-comet-lab>: requests that are held until something happens. The reader makes it happen, takes
// the cursor away, lets an intermediary cut in, and sees what became of each event.
import { CometLoop } from "./comet-loop.js";
import { fates, lanes, sums } from "./comet-sums.js";
import { button, el, freshId, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { bytes, number, plural } from "./format.js";
import { command } from "./lab-control.js";
import { labWord, onWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { time } from "./timeline-scale.js";
import { Timeline } from "./timeline.js";
import { WireClock } from "./wire-clock.js";
import { wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */
/** @import { Happened, Told } from "./comet-sums.js" */
/** @import { Patience } from "./comet-loop.js" */

const LESSON = "comet";
const APART = 50; // milliseconds between the two events of a pair
const PAUSES = [0, 100, 500];
const SIGHT = 30_000; // milliseconds that the timeline shows
const LEAST = 8000; // of them, from the start
const LOOK = 700; // milliseconds between two looks at the server's list, while something may happen
const LET_GO = 120; // milliseconds between a request that is given up and the next
const PATIENCE = 15_000; // milliseconds that a prediction waits for its events

/** @type {[Patience, string][]} */
const AFTER = [
  ["at once", "ask again at once"],
  ["a while", "ask again after 0.5 to 1.5 s"],
  ["never", "leave it at that"],
];

const WORDS = { wait: "held", delivered: "answered, with events", empty: "answered 204, without one", lost: "happened, and reached nobody", error: "cut off" };

export class WuCometLab extends HTMLElement {
  static define(tag = "wu-comet-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {CometLoop | undefined} */
  #loop;
  /** @type {Timeline | undefined} */
  #timeline;
  #clock = new WireClock();
  /** @type {Happened[]} what the server says has happened since the lab began */
  #list = [];
  #first = 0; // events up to this number are from before
  #began = 0; // ms of the wire's clock
  #late = false; // the list has been asked for, and is not here
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #toggle = button("Start asking", () => this.#press(), { class: "btn primary" });
  #cursor = el("input", { type: "checkbox", checked: true });
  #through = el("input", { type: "checkbox" });
  #random = el("input", { type: "checkbox" });
  #cut = el("span", {}, "after a while");
  #pause = el("select", { id: freshId("pause") }, ...PAUSES.map((ms) => el("option", { value: ms, selected: ms === 100 }, `${ms} ms`)));
  #after = el("select", { id: freshId("after") }, ...AFTER.map(([value, text]) => el("option", { value }, text)));
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #sums = el("dl", { class: "lab-sums" });
  /** @type {Map<string, HTMLElement>} */
  #figures = new Map();
  #closer = el("section", { class: "closer", hidden: true, "aria-label": "The last pair, closer" });
  /** @type {Timeline | undefined} */
  #near; // the timeline of the last pair
  #pair = -1; // the number of the event before the last pair
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #looking;
  /** @type {{ judge: (told: Told[]) => boolean } | undefined} */
  #awaited;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = pageFeed();
    this.#loop = new CometLoop(wireId(), () => this.#manners());
    this.#timeline = new Timeline({
      label: "Events and requests",
      lanes: ["on the server", "your page"],
      words: WORDS,
      signal,
    });
    this.#near = new Timeline({ label: "The last pair of events, closer", lanes: ["on the server", "your page"], words: WORDS, signal });
    this.#closer.replaceChildren(el("p", {}, `The last pair, ${APART} ms apart, closer:`), this.#near.root);
    this.#figure("requests", "requests");
    this.#figure("happened", "events happened");
    this.#figure("delivered", "delivered");
    this.#figure("lost", "lost");
    this.#figure("delay", "mean delay");
    this.#figure("cost", "bytes for each event");
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el(
        "div",
        { class: "lab-buttons", role: "group", "aria-label": "Ask, and make events happen" },
        this.#toggle,
        button("Fire one event", () => void this.#fire(1), { class: "btn" }),
        button(`Fire two, ${APART} ms apart`, () => void this.#fire(2), { class: "btn" }),
      ),
      this.#options(),
      this.#said,
      this.#timeline.root,
      this.#closer,
      this.#sums,
    );
    this.#ask();
    this.#exchanges = new Exchanges(feed, { lab: LESSON, accept: (x) => x.method === "GET", signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    feed.addEventListener("items", (e) => this.#clock.see(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#clock.forget(), { signal });
    this.#loop.addEventListener("change", () => this.#show(), { signal });
    this.#loop.addEventListener("said", (e) => this.#say(/** @type {CustomEvent<string>} */ (e).detail), { signal });
    for (const box of [this.#cursor, this.#through]) box.addEventListener("change", () => this.#anew(), { signal });
    onWord(() => this.#anew(), signal);
    this.#random.addEventListener("change", () => void this.#command("random", this.#random.checked ? {} : { mean: 0 }), { signal });
    this.#looking = setInterval(() => {
      if (this.#loop?.running || this.#random.checked) void this.#look();
    }, LOOK);
    void this.#begin();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#loop?.stop();
    clearInterval(this.#looking);
    clearTimeout(this.#again);
  }

  /**
   * @param {string} key
   * @param {string} name
   */
  #figure(key, name) {
    if (this.#figures.has(key)) return;
    const value = el("dd", {}, "–");
    this.#figures.set(key, value);
    this.#sums.append(el("div", {}, el("dt", {}, name), value));
  }

  #options() {
    return el(
      "div",
      { class: "options" },
      el("label", {}, this.#cursor, " cursor: ask with ", el("code", {}, "since=")),
      el("span", {}, el("label", { for: this.#pause.id }, "pause before asking again "), this.#pause),
      el("label", {}, this.#through, " through an intermediary that gives up ", this.#cut),
      el("span", {}, el("label", { for: this.#after.id }, "after a 204 or a 504 "), this.#after),
      el("label", {}, this.#random, " events at random"),
    );
  }

  #manners() {
    const patience = AFTER.find(([value]) => value === this.#after.value)?.[0] ?? "at once";
    return { word: labWord(LESSON), cursor: this.#cursor.checked, pause: Number(this.#pause.value), through: this.#through.checked, patience };
  }

  /** anew lets go of a held request that asks in the old manner, and asks in the new one. */
  #anew() {
    if (!this.#loop?.running) return;
    this.#loop.stop();
    clearTimeout(this.#again);
    // The wire is to show the end of the old one first.
    this.#again = setTimeout(() => this.#loop?.start(), LET_GO);
  }

  #press() {
    clearTimeout(this.#again);
    this.#say("");
    if (this.#loop?.running) this.#loop.stop();
    else this.#loop?.start();
  }

  /** begin takes what has happened before for granted: the lab shows what happens from now on. */
  async #begin() {
    const told = await this.#command("events", {});
    if (told === undefined) return;
    this.#first = told.last;
    if (this.#loop) this.#loop.last = told.last;
    this.#random.checked = told.mean > 0;
    write(this.#cut, `after ${told.cut} s`);
    this.#list = [];
    this.#began = this.#clock.now ?? 0;
    this.#show();
  }

  /** look asks the server what has happened, whoever was told of it. */
  async #look() {
    if (this.#late) return;
    this.#late = true;
    const told = await this.#command("events", { after: this.#first });
    this.#late = false;
    if (told === undefined || this.#gone?.signal.aborted) return;
    if (told.last < this.#first) {
      await this.#begin(); // the lab was reset meanwhile, or the server started again
      return;
    }
    this.#list = told.events;
    this.#show();
  }

  /** @param {number} n */
  async #fire(n) {
    this.#say("");
    if (n > 1) this.#pair = this.#list.at(-1)?.id ?? this.#first;
    const fired = await this.#command("fire", n > 1 ? { n, gap: APART } : { n });
    if (fired === undefined) return;
    if (!this.#loop?.running) this.#say(`${plural(n, "event")} happened while your page was not asking. Start asking, with the cursor or without, and see which of them arrive.`);
    await this.#look();
    if (n > 1) setTimeout(() => void this.#look(), APART * 2);
  }

  /**
   * @param {string} what
   * @param {Record<string, string | number>} query
   */
  #command(what, query) {
    return command("comet", what, query, (text) => this.#say(text));
  }

  /** @param {string} text */
  #say(text) {
    write(this.#said, text);
  }

  /** The exchanges since the lab began or was reset, and those that were held already. */
  #since() {
    return (this.#exchanges?.list ?? []).filter((x) => x.open || x.at >= this.#began);
  }

  #show() {
    const list = this.#since();
    const held = list.filter((x) => x.open && x.driver === "page").length;
    const state = this.#loop?.state ?? "idle";
    const words = { idle: "not asking", asking: held > 0 ? "a request is held" : "asking…", pausing: "answered: your page pauses", resting: "no event came: your page waits before it asks again" };
    this.dataset["state"] = state === "idle" ? "closed" : state === "asking" ? "open" : "connecting";
    this.toggleAttribute("data-ran", list.length > 0);
    write(this.#state, `comet lab · ${words[state]}`);
    write(this.#toggle, this.#loop?.running ? "Stop asking" : "Start asking");
    const told = fates(this.#list, list);
    this.#count(told, list);
    this.#draw(told, list);
    if (this.#awaited?.judge(told)) this.#awaited = undefined;
  }

  /**
   * @param {Told[]} told
   * @param {Exchange[]} list
   */
  #count(told, list) {
    const s = sums(told, list);
    const others = [s.empty > 0 && `${number(s.empty)} empty`, s.failed > 0 && `${number(s.failed)} cut`].filter(Boolean).join(", ");
    /** @type {Record<string, string>} */
    const values = {
      requests: number(s.requests) + (others ? ` (${others})` : ""),
      happened: number(s.happened),
      delivered: number(s.delivered),
      lost: number(s.lost),
      delay: s.delay === undefined ? "–" : time(s.delay),
      cost: s.delivered === 0 ? "–" : bytes(Math.round(s.bytes / s.delivered)),
    };
    for (const [key, value] of Object.entries(values)) write(this.#figures.get(key), value);
    this.#figures.get("lost")?.classList.toggle("wrong", s.lost > 0);
  }

  /**
   * @param {Told[]} told
   * @param {Exchange[]} list
   */
  #draw(told, list) {
    const now = this.#clock.now ?? this.#began;
    const zero = Math.min(this.#began, ...list.map((x) => x.at), ...told.map((e) => e.at));
    const from = Math.max(zero, now - SIGHT);
    const two = this.#pair < 0 ? [] : told.filter((e) => e.id > this.#pair).slice(0, 2);
    const [one, other] = two;
    this.#closer.hidden = other === undefined;
    if (one && other) {
      // The gap is to be seen whole: up to the next request.
      const next = list.find((x) => x.at > one.at && x.at < other.at + 20 * APART);
      const end = Math.max(other.at, next?.at ?? 0, ...two.map((e) => e.delivered ?? 0)) + 2 * APART;
      this.#near?.show({ from: one.at - APART, to: end, now: Math.min(now, end), zero: one.at, lanes: lanes(told, list) }, { live: false });
    }
    this.#timeline?.show({ from, to: Math.max(from + LEAST, now), now, zero, lanes: lanes(told, list) }, { live: this.#loop?.running === true || list.some((x) => x.open) });
  }

  /** ask puts the question that stands before the first event. */
  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), ` Your page asks without a cursor, and pauses for ${PAUSES[1]} ms between an answer and its next question. Two events happen, ${APART} ms apart. How many of them reach it?`),
        choices: [0, 1, 2].map((value) => ({ value, text: ["none", "one", "both"][value] ?? "" })),
        go: "Predict and fire",
        skip: "Show me",
      },
      () => void this.#run(prediction),
    );
    this.#predict.replaceChildren(prediction.root);
  }

  /** @param {Prediction} prediction */
  async #run(prediction) {
    if (this.#awaited) return;
    prediction.wait("A request is on its way. As soon as it is held, two events happen…");
    this.#cursor.checked = this.#through.checked = false;
    this.#pause.value = String(PAUSES[1]);
    if (this.#random.checked) {
      this.#random.checked = false;
      await this.#command("random", { mean: 0 });
    }
    const before = this.#list.at(-1)?.id ?? this.#first;
    let fired = false;
    const late = setTimeout(() => {
      this.#awaited = undefined;
      prediction.wait("The wire has not shown it within 15 seconds. Is the panel connected? Reset the lab, and try again.");
    }, PATIENCE);
    this.#gone?.signal.addEventListener("abort", () => clearTimeout(late));
    // A request that was held before has manners of its own.
    this.#loop?.stop();
    const from = this.#clock.now ?? 0;
    this.#awaited = {
      judge: (told) => {
        const held = this.#since().find((x) => x.driver === "page" && x.at >= from);
        if (!held) return false;
        if (!fired) {
          fired = true;
          void this.#fire(2);
          return false;
        }
        const two = told.filter((e) => e.id > before).slice(0, 2);
        if (two.length < 2 || two.some((e) => e.fate === "open")) return false;
        clearTimeout(late);
        const came = two.filter((e) => e.fate === "delivered").length;
        prediction.judge(came, two.map(inWords).join(" ") + (came < 2 ? " Now tick the cursor, and see what the next request brings." : ""));
        return true;
      },
    };
    this.#loop?.start();
  }

  /** reset goes back to the first step, on the server as well. */
  async #reset() {
    this.#loop?.stop();
    clearTimeout(this.#again);
    this.#awaited = undefined;
    this.#pair = -1;
    this.#cursor.checked = true;
    this.#through.checked = this.#random.checked = false;
    this.#pause.value = String(PAUSES[1]);
    this.#after.value = AFTER[0]?.[0] ?? "";
    this.#say("");
    this.#ask();
    if ((await this.#command("reset", {})) === undefined) return;
    this.#exchanges?.clear();
    await this.#begin();
  }
}

/** @param {Told} e */
function inWords(e) {
  if (e.fate === "delivered" && e.delivered !== undefined) return `Event ${e.id} was delivered ${time(Math.max(0, e.delivered - e.at))} after it happened.`;
  return `Event ${e.id} happened while nobody waited, and the server's list is the only place that has it.`;
}
