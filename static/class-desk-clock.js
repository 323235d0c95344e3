// The presenter's clock: what is used of the lesson's time, what is left to the hard stop, and what to skip
// when it is late.
import { clockWords, minutesWords, stopAt } from "./class-clock.js";
import { button, el, freshId, write } from "./dom.js";
import { plural } from "./format.js";

/** @import { Skip } from "./class-types.js" */
/** @import { ClassLine } from "./class-line.js" */
/** @import { Teller } from "./class-bar.js" */

const TICK = 500; // milliseconds

export class DeskClock {
  root = el("section", { class: "desk-clock", "aria-label": "Clock" });
  #line;
  #teller;
  #sign = el("span", { class: "class-sign", "aria-hidden": "true" });
  #lesson = el("b", { class: "lesson-left" });
  #used = el("span", { class: "used" });
  #fill = el("span", { class: "gauge-fill" });
  #track = el("span", { class: "gauge-track", "aria-hidden": "true" }, this.#fill);
  #stop = el("b", { class: "stop-left" });
  #pause = button("", () => void this.pause(), { class: "btn small", "aria-keyshortcuts": "p" });
  #at = el("input", { type: "text", id: freshId("stop"), size: 5, placeholder: "21:30", autocomplete: "off" });
  #skip = el("p", { class: "skip-proposal", role: "status" });
  #skipKey = "";

  /**
   * @param {ClassLine} line
   * @param {Teller} teller
   * @param {AbortSignal} signal
   */
  constructor(line, teller, signal) {
    this.#line = line;
    this.#teller = teller;
    const form = el("form", { class: "stop-form" }, el("label", { for: this.#at.id }, "End at"), this.#at, el("button", { type: "submit", class: "btn small" }, "Set"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#setStop();
    });
    this.root.append(
      el("div", { class: "lesson-clock" }, el("p", {}, this.#sign, " ", this.#lesson, " ", this.#used), this.#track),
      this.#pause,
      el("div", { class: "stop-clock" }, this.#stop, form),
      this.#skip,
    );
    const timer = setInterval(() => this.update(), TICK);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  update() {
    const { desk } = this.#line;
    if (desk === undefined) return;
    const words = clockWords(desk.clock, this.#line.now);
    const { paused } = desk.clock;
    this.root.dataset["lesson"] = paused ? "paused" : words.late ? "late" : "fine";
    this.root.dataset["stop"] = words.over ? "over" : words.near ? "near" : "fine";
    write(this.#sign, paused ? "‖" : words.late ? "▲" : "●");
    write(this.#lesson, paused ? `questions: ${words.lesson}` : words.lesson);
    write(this.#used, `${words.used} of ${words.budget} used`);
    this.#fill.style.width = `${words.share * 100}%`;
    write(this.#stop, `${words.over ? "▲ " : words.near ? "! " : ""}${words.stop}`);
    write(this.#pause, paused ? "Go on (p)" : "Questions (p)");
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#propose(desk.skips ?? [], desk.skipped ?? []);
  }

  async pause() {
    await this.#teller.of(this.#line.say("pause"));
  }

  /** skip accepts what is proposed first. */
  async skip() {
    const first = this.#line.desk?.skips?.[0];
    if (first === undefined) this.#teller.say("Nothing is proposed to be skipped: you are in time, or nothing is left that could be.");
    else await this.#teller.of(this.#line.say("skip", { part: first.part }), `“${first.title}” is skipped.`);
  }

  /**
   * @param {Skip[]} skips
   * @param {string[]} skipped
   */
  #propose(skips, skipped) {
    const key = JSON.stringify([skips, skipped]);
    if (key === this.#skipKey) return;
    this.#skipKey = key;
    const [first, ...more] = skips;
    this.#skip.replaceChildren(
      ...(first ? [`Late: skip “${first.title}” (${first.level}, ${minutesWords(first.minutes)})? `, button("Skip it (s)", () => void this.skip(), { class: "btn small primary", "aria-keyshortcuts": "s" })] : []),
      ...(more.length > 0 ? [button(`Skip all ${skips.length} proposed, ${minutesWords(skips.reduce((sum, s) => sum + s.minutes, 0))}`, () => void this.#teller.of(this.#line.say("skip", { part: "" })), { class: "btn small" })] : []),
      ...(skipped.length > 0 ? [this.#skippedList(skipped)] : []),
    );
  }

  /**
   * What is skipped, and may be put back.
   * @param {string[]} skipped
   */
  #skippedList(skipped) {
    const back = skipped.map((part) => button(`${part} ↩`, () => void this.#teller.of(this.#line.say("skip", { part, off: true })), { class: "btn small", "aria-label": `Put back ${part}` }));
    return el("details", { class: "skipped" }, el("summary", {}, `${plural(skipped.length, "slide")} skipped`), el("p", { class: "deeds" }, ...back));
  }

  async #setStop() {
    const typed = this.#at.value.trim();
    const at = typed === "" ? 0 : stopAt(typed);
    if (at === undefined) {
      this.#teller.say("Type the end as a time of day, such as 21:30, or nothing for no end.");
      return;
    }
    // The typed time is this computer's; the class has the server's.
    await this.#teller.of(this.#line.say("stop", { at: at === 0 ? 0 : Math.round(at + this.#line.ahead) }), at === 0 ? "No end is set." : `The end is at ${typed}.`);
  }
}
