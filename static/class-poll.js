// A show of hands: buttons to say something, and bars with numbers to see what was said.
import { button, el, write } from "./dom.js";
import { number, plural, share } from "./format.js";

/** @import { Poll } from "./class-types.js" */

/**
 * barsOf is what bars show of counts: each option with its count, its share, and its part of the largest.
 * @param {string[]} options
 * @param {number[]} counts
 */
export function barsOf(options, counts) {
  const all = counts.reduce((sum, n) => sum + n, 0);
  const most = Math.max(1, ...counts);
  return options.map((label, i) => {
    const n = counts[i] ?? 0;
    return { label, n, words: all === 0 ? number(n) : `${number(n)} · ${share(n, all)}`, part: n / most };
  });
}

/**
 * pollFrom reads a question and its options as a presenter types them: question? yes / no. Without
 * options it is a question of yes and no.
 * @param {string} typed
 * @returns {{ question: string, options: string[] } | undefined}
 */
export function pollFrom(typed) {
  const [, asked = "", rest = ""] = /^([^?]*\??)(.*)$/s.exec(typed.trim()) ?? [];
  const question = asked.trim();
  if (question === "") return undefined;
  const options = rest.split(/[/,;]/).map((o) => o.trim()).filter((o) => o !== "");
  return { question, options: options.length > 1 ? options : ["Yes", "No"] };
}

export class PollView {
  root = el("section", { class: "poll", "aria-label": "Show of hands" });
  #vote;
  #question = el("h2", {});
  #state = el("p", { class: "poll-state", role: "status" });
  #choices = el("ol", { class: "hands" });
  #key = "";

  /** @param {((choice: number) => void) | undefined} [vote] where there is none, the options are only shown */
  constructor(vote) {
    this.#vote = vote;
    this.root.append(this.#question, this.#choices, this.#state);
  }

  /**
   * @param {Poll} poll
   * @param {{ cast: number, here: number, counts?: number[] | undefined, mine?: number | undefined }} votes
   */
  update(poll, { cast, here, counts, mine }) {
    const shown = counts !== undefined;
    const key = JSON.stringify([poll.id, poll.question, poll.options, poll.open, shown]);
    if (key !== this.#key) {
      this.#key = key;
      write(this.#question, poll.question);
      this.#choices.classList.toggle("hand-bars", shown);
      this.#choices.replaceChildren(...poll.options.map((option, i) => this.#choice(option, i, poll.open, shown)));
    }
    const bars = counts === undefined ? [] : barsOf(poll.options, counts);
    [...this.#choices.children].forEach((item, i) => {
      item.querySelector("button")?.setAttribute("aria-pressed", String(mine === i));
      item.classList.toggle("mine", mine === i);
      const bar = bars[i];
      if (bar === undefined) return;
      write(item.querySelector(".hand-count") ?? undefined, bar.words);
      const fill = item.querySelector(".gauge-fill");
      if (fill instanceof HTMLElement) fill.style.width = `${bar.part * 100}%`;
    });
    write(this.#state, this.#words(poll, cast, here, mine));
  }

  /**
   * @param {string} option
   * @param {number} i
   * @param {boolean} open
   * @param {boolean} shown
   */
  #choice(option, i, open, shown) {
    const vote = this.#vote;
    const label = [el("span", { class: "digit", "aria-hidden": "true" }, String(i + 1)), el("span", { class: "hand-label" }, option)];
    const bar = shown && el("span", { class: "hand-line" }, el("span", { class: "gauge-track" }, el("span", { class: "gauge-fill" })), el("span", { class: "hand-count" }));
    if (!open || vote === undefined) return el("li", {}, el("span", { class: "option" }, ...label), bar);
    const press = button("", () => vote(i), { class: "option", "aria-pressed": "false" });
    press.append(...label, el("span", { class: "hand-tick", "aria-hidden": "true" }, "✓"));
    return el("li", {}, press, bar);
  }

  /**
   * @param {Poll} poll
   * @param {number} cast
   * @param {number} here
   * @param {number | undefined} mine
   */
  #words(poll, cast, here, mine) {
    const hands = `${plural(cast, "hand")} of ${number(Math.max(cast, here))}`;
    if (!poll.open) return `Closed: ${hands}.`;
    if (this.#vote === undefined) return `Open: ${hands}.`;
    const said = mine === undefined ? "" : `You said “${poll.options[mine] ?? ""}”; press another to change it. `;
    return `${said}${hands} so far.`;
  }
}
