// <wu-production-proxies>: a socket or a stream through an intermediary with a fault, and what the
// wire shows in front of it and behind it.
import { button, el, freshId, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { plural } from "./format.js";
import { visible } from "./hex.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { BEHIND, headRows, hopLanes, silence } from "./production-sums.js";
import { time } from "./timeline-scale.js";
import { Timeline } from "./timeline.js";
import { WireClock } from "./wire-clock.js";
import { wireId } from "./wire-id.js";

/** @import { Item, PageClose } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */

const LESSON = "production";
const SIGHT = 60_000; // milliseconds that the timeline shows
const LEAST = 8000; // of them, from the start
const PIECES = 5;
const WORDS = { wait: "asked, and not answered", stream: "open", delivered: "a message, or a piece of a stream", event: "a ping of the server’s", empty: "a close frame", error: "cut, or refused" };

/** @type {[string, (told: { idle: number, cut: number }) => string][]} */
const THROUGH = [
  ["", () => "nobody: straight to the server"],
  ["no-upgrade", () => "one that forwards no Upgrade"],
  ["idle", ({ idle }) => `one that kills what is silent for ${idle} s`],
  ["buffer", () => "one that buffers an answer until it is whole"],
  ["cutter", ({ cut }) => `one that gives each connection ${cut} s`],
];

/** @type {[string, string][]} */
const PINGS = [["0", "never"], ["5", "every 5 s"], ["10", "every 10 s"], ["20", "every 20 s"]];

export class WuProductionProxies extends HTMLElement {
  static define(tag = "wu-production-proxies", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Timeline | undefined} */
  #timeline;
  /** @type {EchoSocket | undefined} */
  #echo;
  /** @type {EventSource | undefined} */
  #source;
  #clock = new WireClock();
  #limits = { idle: 15, cut: 10 };
  #began = 0; // ms of the wire's clock
  #newest = ""; // what the last button asked for, in the target: socket=… or mark=…
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #through = el("select", { id: freshId("through") });
  #pings = el("select", { id: freshId("pings") }, ...PINGS.map(([value, text]) => el("option", { value }, text)));
  #toggle = button("Open a socket", () => this.#press(), { class: "btn primary" });
  #hello = button("Say hello", () => this.#say(), { class: "btn" });
  #stream = button(`Stream ${PIECES} events`, () => this.#listen(), { class: "btn" });
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #head = el("div", { class: "hop-heads", hidden: true, tabindex: "0", role: "region", "aria-label": "The heads of the last request" });
  /** @type {((x: Exchange) => void) | undefined} told of the socket that a prediction is about */
  #judge;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = pageFeed();
    this.#timeline = new Timeline({ label: "In front of the intermediary, and behind it", lanes: ["in front: you", "behind: the server"], words: WORDS, signal });
    this.#name();
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "lab-choices" }, el("span", {}, el("label", { for: this.#through.id }, "through "), this.#through), el("span", {}, el("label", { for: this.#pings.id }, "the server pings "), this.#pings)),
      el("div", { class: "lab-buttons", role: "group", "aria-label": "Through the intermediary" }, this.#toggle, this.#hello, this.#stream),
      this.#said,
      this.#timeline.root,
      this.#head,
    );
    this.#ask();
    this.#exchanges = new Exchanges(feed, { lab: LESSON, accept: (x) => x.target.includes("hop="), signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    feed.addEventListener("items", (e) => this.#clock.see(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#clock.forget(), { signal });
    void this.#begin();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#drop();
  }

  #drop() {
    this.#echo?.drop();
    this.#echo = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  /** name writes what each intermediary does, with the server's own limits. */
  #name() {
    const { value } = this.#through;
    this.#through.replaceChildren(...THROUGH.map(([name, words]) => el("option", { value: name, selected: name === (value || "idle") }, words(this.#limits))));
  }

  async #begin() {
    const told = await this.#command("state");
    if (told === undefined) return;
    this.#limits = { idle: told.idle, cut: told.cut };
    this.#name();
  }

  /** @param {string} what */
  #command(what) {
    return command(LESSON, what, {}, (text) => write(this.#said, text));
  }

  #press() {
    if (this.#echo?.state === "open" || this.#echo?.state === "connecting") this.#echo.close(1000);
    else this.#open();
  }

  #open() {
    write(this.#said, "");
    this.#echo?.drop();
    const through = this.#through.value;
    const ping = this.#pings.value;
    const echo = new EchoSocket(this, { breakdown: "off", path: `/lab/production/${labWord(LESSON)}`, query: { hop: "1", ...(through && { through }), ...(ping !== "0" && { ping }) } });
    this.#echo = echo;
    this.#newest = `socket=${echo.socket}`;
    echo.addEventListener("state", () => echo === this.#echo && this.#show());
    echo.addEventListener("message", (e) => write(this.#said, `Your page was handed “${visible(String(/** @type {CustomEvent} */ (e).detail.data))}”.`));
    echo.addEventListener("end", (e) => {
      const { code, wasClean } = /** @type {CustomEvent<PageClose>} */ (e).detail;
      write(this.#said, `Your page was told: CloseEvent ${code}, wasClean ${wasClean}.${echo.everOpen ? "" : " It never was open."}`);
    });
    this.#show();
    return echo;
  }

  #say() {
    if (this.#echo?.state === "open") this.#echo.send(`hello from ${labWord(LESSON)}`);
    else write(this.#said, "No socket is open. Open one first.");
  }

  #listen() {
    this.#source?.close();
    const through = this.#through.value;
    const mark = freshId("mark");
    this.#newest = `mark=${mark}`;
    const source = new EventSource(`/lab/production/${labWord(LESSON)}?${new URLSearchParams({ wire: wireId(), hop: "1", mark, pieces: String(PIECES), every: "1000", ...(through && { through }) })}`);
    this.#source = source;
    let came = 0;
    const began = performance.now();
    /** @type {string[]} */
    const times = [];
    write(this.#said, "The stream is asked for…");
    source.addEventListener("message", () => {
      times.push(time(performance.now() - began));
      write(this.#said, `Your page was handed ${plural(++came, "event")}: after ${times.join(", ")}.`);
    });
    source.addEventListener("error", () => {
      source.close(); // one stream is enough
      if (this.#source === source) this.#source = undefined;
      if (came < PIECES) write(this.#said, `Your page was told of an error, ${came === 0 ? "before any event" : `after ${plural(came, "event")}`}.`);
    });
    this.#show();
  }

  #since() {
    return (this.#exchanges?.list ?? []).filter((x) => x.open || x.at >= this.#began);
  }

  #show() {
    const state = this.#echo?.state ?? "closed";
    this.dataset["state"] = state;
    write(this.#state, `through an intermediary · ${{ connecting: "connecting…", open: "the socket is open", closing: "closing…", closed: "no socket" }[state]}`);
    write(this.#toggle, state === "open" || state === "connecting" ? "Close the socket" : "Open a socket");
    const list = this.#since();
    const now = this.#clock.now ?? this.#began;
    const zero = Math.min(this.#began || Number.POSITIVE_INFINITY, ...list.map((x) => x.at));
    const start = Number.isFinite(zero) ? zero : 0;
    const from = Math.max(start, now - SIGHT);
    this.#timeline?.show({ from, to: Math.max(from + LEAST, list.some((x) => x.open) ? now : 0, ...list.map((x) => x.ended ?? 0)), now, zero: start, lanes: hopLanes(list) }, { live: list.some((x) => x.open) });
    this.#compare(list);
    const mine = list.find((x) => x.driver !== BEHIND && this.#newest !== "" && x.target.includes(this.#newest));
    if (mine && !mine.open) this.#judge?.(mine);
  }

  /** @param {Exchange[]} list */
  #compare(list) {
    const of = (/** @type {boolean} */ behind) => list.findLast((x) => (x.driver === BEHIND) === behind && this.#newest !== "" && x.target.includes(this.#newest));
    const rows = headRows(of(false), of(true));
    const key = JSON.stringify(rows);
    if (this.#head.dataset["key"] === key) return;
    this.#head.dataset["key"] = key;
    this.#head.hidden = rows.length === 0;
    const cell = (/** @type {string} */ label, /** @type {string} */ text) => el("td", { "data-label": label, class: text === "" ? "no" : undefined }, text === "" ? "not there" : el("code", {}, text));
    this.#head.replaceChildren(
      el(
        "table",
        { class: "hops" },
        el("caption", {}, "The head of the last request, as you sent it and as it came out behind"),
        el("thead", {}, el("tr", {}, ...["field", "in front", "behind"].map((h) => el("th", { scope: "col" }, h)))),
        el("tbody", {}, ...rows.map((r) => el("tr", { class: r.differs ? "differs" : undefined }, el("th", { scope: "row" }, r.differs ? "≠ " : "", r.name), cell("in front", r.front), cell("behind", r.back)))),
      ),
    );
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " A socket goes through the one that kills what is silent. Nobody says anything. What will your page be told when it is cut?"),
        choices: [{ value: 1000, text: "1000, normal closure" }, { value: 1001, text: "1001, going away" }, { value: 1006, text: "1006, abnormal" }, { value: 0, text: "nothing at all" }],
        go: "Predict, open, and wait",
        skip: "Show me",
      },
      () => {
        this.#through.value = "idle";
        this.#pings.value = "0";
        const echo = this.#open();
        /** @type {PageClose | undefined} */
        let told;
        echo.addEventListener("end", (e) => {
          told = /** @type {CustomEvent<PageClose>} */ (e).detail;
          this.#show();
        });
        prediction.wait(`The socket is open, and everybody is silent for ${this.#limits.idle} s…`);
        this.#judge = (x) => {
          if (told === undefined || !x.target.includes(`socket=${echo.socket}`)) return;
          this.#judge = undefined;
          if (told.code !== 1006) prediction.wait(`It ended otherwise, with ${told.code}. Open it again, and leave it alone.`);
          else prediction.judge(1006, `After ${time(silence(x) ?? 0)} of silence the intermediary ended both of its sides, without a close frame: the browser made the code up.`);
        };
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  /** reset goes back to the first step, on the server as well. */
  async #reset() {
    this.#drop();
    this.#judge = undefined;
    this.#newest = "";
    this.#through.value = "idle";
    this.#pings.value = "0";
    write(this.#said, "");
    await this.#command("reset");
    this.#exchanges?.clear();
    this.#began = this.#clock.now ?? 0;
    this.#ask();
    this.#show();
  }
}
