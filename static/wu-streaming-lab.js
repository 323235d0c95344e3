// <wu-streaming-lab>: an EventSource beside the raw chunks that it lives on. The reader pulls the
// plug, watches Last-Event-ID bring back what was missed, and sends a message up beside the stream.
import { button, el, freshId, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { bytes, cut, number, plural } from "./format.js";
import { visible } from "./hex.js";
import { command } from "./lab-control.js";
import { labWord, onWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { gaps, lanes, lastEventId, sums } from "./stream-sums.js";
import { StreamTranscript } from "./stream-transcript.js";
import { time } from "./timeline-scale.js";
import { Timeline } from "./timeline.js";
import { WireClock } from "./wire-clock.js";
import { draw, wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */

const LESSON = "streaming";
const SIGHT = 30_000; // milliseconds that the timeline shows
const LEAST = 8000; // of them, from the start
const LOOK = 700; // milliseconds between two looks at the server's list
const PATIENCE = 20_000; // milliseconds that a prediction waits

/** @type {[string, string][]} */
const PLUGS = [
  ["fin", "close it (FIN)"],
  ["reset", "reset it (RST)"],
  ["end", "end the answer properly"],
];

export class WuStreamingLab extends HTMLElement {
  static define(tag = "wu-streaming-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Timeline | undefined} */
  #timeline;
  /** @type {EventSource | undefined} */
  #source;
  #mark = ""; // by which the wire knows the requests of this page's EventSource
  #clock = new WireClock();
  /** @type {{ id: number, at: number, text: string }[]} */
  #list = [];
  #first = 0;
  #began = 0;
  #late = false;
  #looked = 0; // when the list was as it is, by the wire's clock
  #stopped = false; // the lab answers 204
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #toggle = button("Open an EventSource", () => this.#press(), { class: "btn primary" });
  #plug = button("Pull the plug", () => void this.#pull(), { class: "btn" });
  #how = el("select", { id: freshId("plug") }, ...PLUGS.map(([value, text]) => el("option", { value }, text)));
  #stop = button("Answer 204 from now on", () => void this.#end(), { class: "btn" });
  #halves = el("input", { type: "checkbox" });
  #input = el("input", { type: "text", id: freshId("upstream"), maxlength: 60, autocomplete: "off", spellcheck: "false", value: "hello up there" });
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #sums = el("dl", { class: "lab-sums" });
  /** @type {Map<string, HTMLElement>} */
  #figures = new Map();
  #transcript = new StreamTranscript();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #looking;
  /** @type {(() => boolean) | undefined} what a prediction awaits; true when it has been judged */
  #awaited;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = pageFeed();
    this.#timeline = new Timeline({
      label: "Events, answers and messages",
      lanes: ["on the server", "your EventSource", "upstream"],
      words: { stream: "one answer, going on", ask: "request", error: "cut off", empty: "answered 204" },
      signal,
    });
    for (const [key, name] of /** @type {const} */ ([["answers", "answers"], ["events", "events in them"], ["chunk", "bytes for each event"], ["heads", "bytes of heads"], ["missing", "missing between them"], ["up", "bytes for each message up"]])) this.#figure(key, name);
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "lab-buttons", role: "group", "aria-label": "The stream" }, this.#toggle, this.#stop),
      el("div", { class: "lab-buttons", role: "group", "aria-label": "The connection" }, this.#plug, el("span", {}, el("label", { for: this.#how.id }, "how: "), this.#how)),
      el("div", { class: "options" }, el("label", {}, this.#halves, " each event in two chunks")),
      this.#form(),
      this.#said,
      this.#transcript.root,
      this.#timeline.root,
      this.#sums,
    );
    this.#ask();
    this.#exchanges = new Exchanges(feed, { lab: LESSON, signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    feed.addEventListener("items", (e) => this.#clock.see(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#clock.forget(), { signal });
    onWord(() => {
      if (this.#source === undefined) return;
      this.#close(); // it asks for the old word, again and again
      this.#open();
    }, signal);
    this.#halves.addEventListener("change", () => void this.#command("chunks", { n: this.#halves.checked ? 2 : 1 }), { signal });
    this.#looking = setInterval(() => {
      if (this.#source) void this.#look();
    }, LOOK);
    void this.#begin();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#source?.close();
    this.#source = undefined;
    clearInterval(this.#looking);
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

  #form() {
    const form = el("form", { class: "send upstream" }, el("label", { for: this.#input.id, class: "visually-hidden" }, "A message upstream"), this.#input, el("button", { type: "submit", class: "btn" }, "Send it up"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#sendUp();
    });
    return form;
  }

  #press() {
    this.#say("");
    if (this.#source) this.#close();
    else this.#open();
  }

  #open() {
    this.#mark = draw(4);
    const { signal } = this.#gone ?? new AbortController();
    const source = new EventSource(`/lab/streaming/${labWord(LESSON)}?${new URLSearchParams({ wire: wireId(), es: this.#mark })}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#transcript.told("open", "open, readyState 1");
      this.#show();
    }, { signal });
    source.addEventListener("message", (e) => {
      this.#transcript.event(e.lastEventId, `message “${visible(cut(e.data, 40))}”, lastEventId “${e.lastEventId}”`);
    }, { signal });
    source.addEventListener("error", () => {
      const closed = source.readyState === EventSource.CLOSED;
      this.#transcript.told("end", closed ? "error, readyState 2: closed for good" : "error, readyState 0: it will ask again by itself");
      if (closed && source === this.#source) {
        this.#source = undefined;
        this.#say("The EventSource has closed itself, and will not ask again. Only script can open another.");
      }
      this.#show();
    }, { signal });
    this.#show();
    void this.#look();
  }

  #close() {
    const open = this.#source?.readyState === EventSource.OPEN;
    this.#source?.close();
    this.#source = undefined;
    if (open) this.#transcript.told("end", "close() by script: readyState 2, and no event for it");
    this.#show();
  }

  async #pull() {
    this.#say("");
    await this.#command("cut", { how: this.#how.value });
  }

  async #end() {
    this.#say("");
    const stopped = !this.#stopped;
    if ((await this.#command(stopped ? "stop" : "start", {})) === undefined) return;
    this.#stopped = stopped;
    this.#show();
  }

  async #sendUp() {
    const text = this.#input.value.trim();
    if (text === "") {
      this.#say("There is nothing to send. Type a word.");
      this.#input.focus();
      return;
    }
    this.#say("");
    try {
      const response = await fetch(`/lab/streaming/${labWord(LESSON)}?wire=${wireId()}`, { method: "POST", body: text });
      if (!response.ok) this.#say((await response.json()).error);
      else if (this.#source === undefined) this.#say("It went up, and became an event. No EventSource of this page is open to be told of it.");
      void this.#look();
    } catch {
      this.#say("The server does not answer. Is it running?");
    }
  }

  async #begin() {
    const told = await this.#command("events", {});
    if (told === undefined) return;
    this.#first = told.last;
    this.#stopped = told.stopped === true;
    this.#halves.checked = told.halves === true;
    this.#list = [];
    this.#began = this.#clock.now ?? 0;
    this.#show();
  }

  /** look asks the server what has happened, whoever was told of it. */
  async #look() {
    if (this.#late) return;
    this.#late = true;
    const asked = this.#clock.now ?? 0;
    const told = await this.#command("events", { after: this.#first });
    this.#late = false;
    if (told === undefined || this.#gone?.signal.aborted) return;
    if (told.last < this.#first) {
      await this.#begin(); // the lab was reset meanwhile, or the server started again
      return;
    }
    this.#list = told.events;
    this.#looked = asked;
    this.#show();
  }

  /**
   * @param {string} what
   * @param {Record<string, string | number>} query
   */
  #command(what, query) {
    return command("streaming", what, query, (text) => this.#say(text));
  }

  /** @param {string} text */
  #say(text) {
    write(this.#said, text);
  }

  #since() {
    return (this.#exchanges?.list ?? []).filter((x) => x.open || x.at >= this.#began);
  }

  #streams() {
    return this.#since().filter((x) => x.method === "GET");
  }

  /** The requests of this page's newest EventSource. */
  #mine() {
    return this.#mark === "" ? [] : this.#streams().filter((x) => x.target.includes(`es=${this.#mark}`));
  }

  #show() {
    const state = this.#source?.readyState;
    const words = ["no connection: it asks again by itself", "open", "closed"];
    this.dataset["state"] = state === 1 ? "open" : state === 0 ? "connecting" : "closed";
    write(this.#state, `streaming lab · ${state === undefined ? "no EventSource" : `EventSource ${words[state] ?? ""}`}`);
    write(this.#toggle, this.#source ? "Close it from script" : "Open an EventSource");
    write(this.#stop, this.#stopped ? "Answer 200 again" : "Answer 204 from now on");
    const streams = this.#streams();
    this.toggleAttribute("data-ran", streams.length > 0);
    const messages = this.#since().filter((x) => x.method === "POST");
    this.#count(streams, messages);
    this.#draw(streams, messages);
    this.#transcript.show(this.#mine());
    if (this.#awaited?.()) this.#awaited = undefined;
  }

  /**
   * @param {Exchange[]} streams
   * @param {Exchange[]} messages
   */
  #count(streams, messages) {
    const s = sums(streams, messages);
    /** @type {Record<string, string>} */
    const values = {
      answers: number(s.answers),
      events: number(s.events),
      chunk: s.events === 0 ? "–" : bytes(Math.round(s.body / s.events)),
      heads: s.answers === 0 ? "–" : bytes(s.heads),
      missing: s.events === 0 ? "–" : number(gaps(this.#mine()).length),
      up: s.messages === 0 ? "–" : bytes(Math.round(s.up / s.messages)),
    };
    for (const [key, value] of Object.entries(values)) write(this.#figures.get(key), value);
  }

  /**
   * @param {Exchange[]} streams
   * @param {Exchange[]} messages
   */
  #draw(streams, messages) {
    const now = this.#clock.now ?? this.#began;
    const zero = Math.min(this.#began, ...streams.map((x) => x.at), ...this.#list.map((e) => e.at));
    const from = Math.max(zero, now - SIGHT);
    this.#timeline?.show({ from, to: Math.max(from + LEAST, now), now, zero, lanes: lanes(this.#list, streams, messages) }, { live: this.#source !== undefined || streams.some((x) => x.open) });
  }

  /** ask puts the question that stands before the plug is pulled. */
  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " An EventSource is open, and about one event happens each second. The server cuts the connection. Of the events that happen until your browser is back, how many will your page never hear of?"),
        choices: [{ value: 2, text: "all of them" }, { value: 1, text: "some" }, { value: 0, text: "none" }],
        go: "Predict and pull the plug",
        skip: "Show me",
      },
      () => void this.#run(prediction),
    );
    this.#predict.replaceChildren(prediction.root);
  }

  /** @param {Prediction} prediction */
  async #run(prediction) {
    if (this.#awaited) return;
    if (this.#stopped) await this.#end();
    prediction.wait("The plug is pulled after the first event, and the browser asks again…");
    if (this.#source) this.#close();
    this.#open();
    let pulled = false;
    let pulls = 0; // until something happens meanwhile, or there is nothing to miss
    const late = setTimeout(() => {
      this.#awaited = undefined;
      prediction.wait("The wire has not shown it within 20 seconds. Is the panel connected? Reset the lab, and try again.");
    }, PATIENCE);
    this.#gone?.signal.addEventListener("abort", () => clearTimeout(late));
    this.#awaited = () => {
      const [first, second] = this.#mine().slice(Math.max(0, pulls - (pulled ? 1 : 0)));
      if (first === undefined || sums([first], []).events === 0) return false;
      if (!pulled) {
        pulled = true;
        pulls++;
        void this.#pull();
        return false;
      }
      const last = second && lastEventId(second);
      if (second === undefined || last === undefined || first.ended === undefined || sums([second], []).events === 0) return false;
      // What happened in between must have been in the answer to the second request.
      const between = this.#list.filter((e) => e.id > Number(last) && e.at < second.at);
      if (this.#looked < second.at) return false;
      const brought = sums([second], []).events;
      if (brought < between.length) return false;
      if (between.length === 0) {
        pulled = false;
        return this.#awaited?.() ?? false;
      }
      clearTimeout(late);
      const missing = gaps([first, second]).length;
      prediction.judge(missing === 0 ? 0 : missing < between.length ? 1 : 2, `The browser asked again ${time(second.at - first.ended)} after the cut, with Last-Event-ID: ${last}. ${plural(between.length, "event")} had happened meanwhile, and ${missing === 0 ? "the answer began with what was missed" : `${plural(missing, "event")} did not come`}.${pulls === 1 ? "" : ` Before that the plug was pulled ${pulls === 2 ? "once" : `${pulls - 1} times`} with nothing to miss.`}`);
      return true;
    };
  }

  /** reset goes back to the first step, on the server as well. */
  async #reset() {
    this.#source?.close();
    this.#source = undefined;
    this.#awaited = undefined;
    this.#stopped = this.#halves.checked = false;
    this.#how.value = PLUGS[0]?.[0] ?? "";
    this.#say("");
    this.#ask();
    if ((await this.#command("reset", {})) === undefined) return;
    this.#exchanges?.clear();
    this.#transcript.clear();
    this.#mark = "";
    await this.#begin();
  }
}
