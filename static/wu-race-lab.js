// <wu-race-lab>: forty updates over four transports at once, from this browser to this server. What
// each of them costs and how late it is, is counted on the wire and drawn as it happens.
import { button, el, freshId, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { folded } from "./folded.js";
import { bytes, number } from "./format.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { keepRace } from "./measures.js";
import { Prediction } from "./prediction.js";
import { drive } from "./race-drivers.js";
import { nameOf, RaceLanes } from "./race-lanes.js";
import { howOf, laneOf, perMessage, raceOf, TRANSPORTS } from "./race-sums.js";
import { WireClock } from "./wire-clock.js";
import { wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */
/** @import { Lane, Stands } from "./race-sums.js" */

const LESSON = "choose";
const LOOK = 500; // milliseconds between two looks at the server's list of updates
const LATE = 30_000; // milliseconds behind the last update after which something is wrong

/** @type {[number, string][]} */
const RATES = [[2, "2 a second"], [4, "4 a second"], [10, "10 a second"], [20, "20 a second"]];
/** @type {[number, string][]} */
const SIZES = [[20, "20 bytes"], [200, "200 bytes"], [2000, "2000 bytes"]];
/** @type {[number, string][]} */
const DISTANCES = [[0, "here, 0 ms"], [22, "across a continent, 22 ms"], [75, "across an ocean, 75 ms"], [200, "round the world, 200 ms"]];
/** @type {[number, string][]} */
const INTERVALS = [[200, "0.2 s"], [500, "0.5 s"], [1000, "1 s"], [2000, "2 s"]];

/** @type {Stands} */
const NONE = { race: 0, updates: 40, seed: 1, rate: 4, size: 20, oneWay: 0, happened: [] };

export class WuRaceLab extends HTMLElement {
  static define(tag = "wu-race-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} while a race of this page runs */
  #run;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {RaceLanes | undefined} */
  #lanes;
  #clock = new WireClock();
  /** @type {Stands} */
  #stands = NONE;
  #looking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #predict = el("div");
  /** @type {Prediction | undefined} */
  #prediction;
  #rate = choice(RATES, 4);
  #size = choice(SIZES, 20);
  #distance = choice(DISTANCES, 0);
  #interval = choice(INTERVALS, 1000);
  #seed = el("input", { type: "text", inputmode: "numeric", size: 7, value: "7", autocomplete: "off", id: freshId("seed") });
  #start = button("Start the race", () => void this.#begin(), { class: "btn primary" });
  #said = el("p", { class: "said", role: "status" });
  #more = folded();
  #table = el("tbody");
  /** @type {(() => void) | undefined} ends the looking of the race that runs */
  #quiet;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = pageFeed();
    this.#lanes = new RaceLanes(signal);
    this.#ask();
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "race-dials" }, dial("Updates", this.#rate), dial("of", this.#size), dial("The server is", this.#distance), dial("Poll every", this.#interval), dial("Seed", this.#seed)),
      el("p", { class: "race-note" }, "The distance is one way: your bytes are held back for as long. The same seed has the same forty moments."),
      el("div", { class: "lab-row" }, this.#start),
      this.#said,
      this.#lanes.root,
      el("div", { class: "race-scroll", tabindex: "0", role: "region", "aria-label": "What it cost" }, el("table", { class: "race-table" }, el("caption", { class: "visually-hidden" }, "What each transport cost"), el("thead", {}, el("tr", {}, ...["transport", "came", "requests", "up", "down", "each"].map((text, i) => el("th", { scope: "col", class: i > 0 && "n" }, text)))), this.#table)),
      this.#more,
    );
    this.#exchanges = new Exchanges(feed, { lab: "race", signal });
    this.#exchanges.addEventListener("change", () => {
      this.#show();
      this.#lookLater();
    }, { signal });
    feed.addEventListener("items", (e) => this.#clock.see(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#clock.forget(), { signal });
    void this.#look();
    this.#show();
  }

  disconnectedCallback() {
    this.#stop();
    clearTimeout(this.#soon);
    this.#gone?.abort();
  }

  #ask() {
    this.#prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " The same forty updates of 20 bytes, four a second, over four transports at once. The first asks once a second. Which of the four sends the most bytes?"),
        choices: TRANSPORTS.map(({ name }, value) => ({ value, text: name })),
        go: "Predict and race",
        skip: "Race",
      },
      () => {
        this.#dials(4, 20, 0, 1000);
        void this.#begin(true);
      },
    );
    this.#predict.replaceChildren(this.#prediction.root);
  }

  /**
   * @param {number} rate
   * @param {number} size
   * @param {number} distance
   * @param {number} interval
   */
  #dials(rate, size, distance, interval) {
    this.#rate.value = String(rate);
    this.#size.value = String(size);
    this.#distance.value = String(distance);
    this.#interval.value = String(interval);
  }

  async #begin(judged = false) {
    this.#stop();
    write(this.#said, "");
    if (!judged) this.#prediction?.wait("");
    const run = new AbortController();
    this.#run = run;
    this.#stands = NONE; // the race before is over, whatever came of it
    this.#exchanges?.clear();
    const seed = Number(this.#seed.value.trim());
    if (!Number.isInteger(seed) || seed < 1 || seed > 1 << 20) {
      this.#stop("A seed is a whole number from 1 to 1048576.");
      this.#seed.focus();
      return;
    }
    const stands = await command("race", "start", { seed, rate: this.#rate.value, size: this.#size.value, latency: this.#distance.value }, (text) => this.#stop(text));
    if (stands === undefined || run.signal.aborted) return;
    this.#stands = stands;
    this.#lanes?.reveal();
    const judge = judged ? this.#prediction : undefined;
    judge?.wait(`All four run, for about ${Math.round(stands.updates / stands.rate)} seconds…`);
    drive({
      url: (how, since) => `/lab/race/${labWord(LESSON)}/${how}?${new URLSearchParams({ wire: wireId(), race: String(stands.race), ...(how === "poll" || how === "comet" ? { since: String(since) } : {}) })}`,
      updates: stands.updates,
      every: () => Number(this.#interval.value),
      signal: run.signal,
      say: (text) => this.#stop(text),
    });
    const again = setInterval(() => void this.#look(), LOOK);
    const late = setTimeout(() => this.#stop("The race did not come to its end. Is the panel connected? Start another."), (1000 * stands.updates) / stands.rate + LATE);
    this.#quiet = () => {
      clearInterval(again);
      clearTimeout(late);
    };
    run.signal.addEventListener("abort", this.#quiet);
    this.#judge = (lanes) => {
      const most = lanes.reduce((a, b) => (b.up + b.down > a.up + a.down ? b : a));
      judge?.judge(TRANSPORTS.findIndex(({ how }) => how === most.how), `${nameOf(most.how)} took ${bytes(most.up + most.down)} for forty updates of ${stands.size} bytes. ${most.how === "comet" ? "It asks once for each update, so it pays for a head with each; polling brought several in one answer, and was late." : "Other dials have other answers: try them."}`);
    };
  }

  /** @type {((lanes: Lane[]) => void) | undefined} */
  #judge;

  /** @param {string} [why] */
  #stop(why) {
    this.#run?.abort();
    this.#run = undefined;
    if (why !== undefined) {
      write(this.#said, why);
      this.#prediction?.wait("");
    }
    this.#show();
  }

  /** lookLater is for a race that goes on without this page: from a terminal. */
  #lookLater() {
    if (this.#run !== undefined || this.#soon !== undefined || this.#exchanges?.list.at(-1)?.driver === "page") return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.#look();
    }, LOOK);
  }

  /** look asks the server when the updates happened. */
  async #look() {
    if (this.#looking) return;
    this.#looking = true;
    const stands = await command("race", "state", {}, (text) => write(this.#said, text));
    this.#looking = false;
    if (stands === undefined || this.#gone?.signal.aborted) return;
    this.#stands = stands;
    this.#show();
  }

  #show() {
    const stands = this.#stands;
    const running = this.#run !== undefined;
    this.dataset["state"] = running ? "open" : "closed";
    this.toggleAttribute("data-ran", stands.race > 0);
    write(this.#more, stands.race > 0 ? "What went up and down, and for each update: in the lesson." : "");
    write(this.#state, `race · ${running ? "running" : stands.race > 0 ? "over" : "not started yet"}`);
    write(this.#start, running ? "Start again" : "Start the race");
    const list = this.#exchanges?.list ?? [];
    const mine = list.filter((x) => x.driver === "page" && raceOf(x.target) === stands.race);
    const from = Math.min(...mine.map((x) => x.at), ...stands.happened, Number.POSITIVE_INFINITY);
    const lanes = TRANSPORTS.map(({ how }) => laneOf(how, mine.filter((x) => howOf(x.target) === how), stands));
    const shown = lanes.map((lane) => ({ lane, name: nameOf(lane.how) }));
    for (const { how } of TRANSPORTS) {
      const others = list.filter((x) => x.driver !== "page" && howOf(x.target) === how && x.at >= from);
      if (others.length > 0) shown.push({ lane: laneOf(how, others, stands), name: nameOf(how, "terminal") });
    }
    const begin = Number.isFinite(from) ? from : 0;
    const last = Math.max(begin, ...list.map((x) => x.ended ?? x.at), ...lanes.flatMap((l) => l.deliveries.map((d) => d.at)));
    const edge = running ? (this.#clock.now ?? last) : last;
    this.#lanes?.show(shown, stands.happened, begin, Math.max(begin + 600 + 8 * stands.oneWay + (1000 * stands.updates) / stands.rate, edge), stands.updates);
    this.#fill(shown, stands);
    if (running && stands.race > 0 && stands.happened.length === stands.updates && lanes.every((l) => l.deliveries.length === stands.updates)) this.#finish(lanes);
  }

  /** @param {Lane[]} lanes */
  #finish(lanes) {
    this.#judge?.(lanes);
    this.#judge = undefined;
    keepRace({ ...this.#stands, every: Number(this.#interval.value) }, lanes);
    // The last bytes are on the wire; what remains, a goodbye, may end by itself.
    const run = this.#run;
    this.#run = undefined;
    this.#show();
    setTimeout(() => run?.abort(), 1000);
    this.#quiet?.();
  }

  /**
   * @param {{ lane: Lane, name: string }[]} shown
   * @param {Stands} stands
   */
  #fill(shown, stands) {
    shown.forEach(({ lane, name }, i) => {
      const each = perMessage(lane);
      const cells = [
        `${number(lane.deliveries.length)} of ${number(stands.updates)}`,
        lane.requests === 0 ? "·" : `${number(lane.requests)}${lane.empty > 0 ? `, ${number(lane.empty)} empty` : ""}`,
        lane.requests === 0 ? "·" : bytes(lane.up),
        lane.requests === 0 ? "·" : bytes(lane.down),
        each === undefined ? "·" : bytes(Math.round(each)),
      ];
      const row = this.#table.rows[i] ?? this.#table.appendChild(el("tr", {}, el("th", { scope: "row" }), ...cells.map(() => el("td", { class: "n" }))));
      write(row.cells[0], name);
      cells.forEach((text, at) => write(row.cells[at + 1], text));
    });
    while (this.#table.rows.length > shown.length) this.#table.lastElementChild?.remove();
  }

  async #reset() {
    this.#stop();
    this.#stands = NONE;
    this.#dials(4, 20, 0, 1000);
    this.#seed.value = "7";
    this.#exchanges?.clear();
    write(this.#said, "");
    this.#ask();
    this.#show();
    await command("race", "reset", {}, (text) => write(this.#said, text));
  }
}

/**
 * @param {[number, string][]} values
 * @param {number} at
 */
function choice(values, at) {
  return el("select", { id: freshId("dial") }, ...values.map(([value, text]) => el("option", { value, selected: value === at }, text)));
}

/**
 * @param {string} name
 * @param {HTMLElement} control
 */
function dial(name, control) {
  return el("div", {}, el("label", { for: control.id }, name), control);
}
