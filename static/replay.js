// A recorded session in the panel's place, under a banner that nobody can take for live traffic.
import { button, el, freshId, write } from "./dom.js";
import { number } from "./format.js";
import { LogView } from "./log-view.js";
import { LONGEST, Player } from "./player.js";

/** @import { WireEvent } from "./event-types.js" */

/** @type {[string, number][]} */
const SPEEDS = [["half as fast", 0.5], ["as recorded", 1], ["twice as fast", 2], ["five times as fast", 5]];

/** @type {Record<string, string>} */
const PEOPLE = { page: "The recorded browser", terminal: "The recorded terminal", forge: "The recorded forge" };

export class Replay {
  root = el("div", { class: "replay", role: "region" });
  #player;
  #view;
  #gone = new AbortController();
  #play = button("", () => this.#toggle(), { class: "btn small" });
  #step = button("Step", () => this.#player.step(), { class: "btn small" });
  #all = button("All at once", () => this.#player.all(), { class: "btn small" });
  #place = el("span", { class: "place" });

  /**
   * @param {{ title: string, source?: string, back?: string, events: WireEvent[] }} recorded with fields and sentences;
   * source is with what it was recorded, and when; back is on the button that ends it
   * @param {() => void} end goes back to the live log
   */
  constructor({ title, source: from = "", back = "Back to your wire", events }, end) {
    const { signal } = this.#gone;
    const dissected = new Map(events.map((e) => [e.seq, e]));
    const source = {
      /** @param {number} seq */
      get(seq) {
        const event = dissected.get(seq);
        return event ? Promise.resolve(event) : Promise.reject(new Error("The recording has no such event."));
      },
    };
    this.#view = new LogView(source, { rows: "Replay: what crossed the wire in the recorded session", mark: "REPLAY", people: PEOPLE }, signal);
    this.#player = new Player(events);
    this.root.append(this.#banner(title, provenance(from, events), button(back, end, { class: "btn small primary" })), this.#view.root);
    this.#player.addEventListener("show", (e) => this.#show(/** @type {CustomEvent<WireEvent[]>} */ (e).detail), { signal });
    this.#player.addEventListener("back", () => this.#back(), { signal });
    this.#player.addEventListener("state", () => this.#state(), { signal });
    this.#state();
  }

  /** start plays, once the replay is on the page. */
  start() {
    const heading = this.root.querySelector("h3");
    if (heading instanceof HTMLElement) heading.focus({ preventScroll: true });
    this.#view.update();
    this.#player.play();
  }

  /** stop lets go of everything. */
  stop() {
    this.#player.pause();
    this.#gone.abort();
    this.root.remove();
  }

  /**
   * @param {string} title
   * @param {string} words
   * @param {HTMLButtonElement} back
   */
  #banner(title, words, back) {
    const id = freshId("replay");
    this.root.setAttribute("aria-labelledby", id);
    const speed = el("select", { "aria-label": "Speed" }, ...SPEEDS.map(([name, times]) => el("option", { value: times, selected: times === 1 }, name)));
    speed.addEventListener("change", () => (this.#player.speed = Number(speed.value)));
    return el(
      "div",
      { class: "replay-banner" },
      el("div", { class: "line" }, el("h3", { id, tabindex: "-1" }, el("span", { class: "sign" }, "REPLAY"), " ", title), back),
      el("p", {}, words),
      el("div", { class: "pace", role: "group", "aria-label": "Pace of the replay" }, this.#play, this.#step, this.#all, speed, this.#place),
    );
  }

  #toggle() {
    if (this.#player.playing) this.#player.pause();
    else this.#player.play();
  }

  /** @param {WireEvent[]} events */
  #show(events) {
    const added = this.#view.model.add(events);
    this.#view.announcer.arrived(added);
    const newest = added.at(-1);
    if (newest) this.#view.open(newest.message ?? newest);
    this.#view.update();
  }

  #back() {
    this.#view.empty();
  }

  #state() {
    const { playing, over, shown, total } = this.#player;
    write(this.#play, playing ? "Pause" : over ? "Play again" : "Play");
    write(this.#place, `${number(shown)} of ${number(total)}`);
    // A button that has nothing to do keeps the keyboard, and says so.
    for (const node of [this.#step, this.#all]) node.setAttribute("aria-disabled", String(over));
  }
}

/**
 * provenance says where a recording comes from, and what its pace leaves out.
 * @param {string} source
 * @param {WireEvent[]} events
 */
function provenance(source, events) {
  const cut = events.some((e, i) => e.at - (events[i - 1]?.at ?? e.at) > LONGEST);
  return `Recorded earlier, by somebody else${source === "" ? "" : ` (${source})`}. Nothing of it crosses your wire, and it passes no exercise.${cut ? ` Silences are cut to ${LONGEST / 1000} s.` : ""}`;
}
