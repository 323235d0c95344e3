// The help of an exercise: hints one by one, then the solution, which asks once and then replays.
import { command, exercisePath } from "./attempts.js";
import { button, el } from "./dom.js";
import { standing } from "./standing.js";

/** @import { ExerciseMessage } from "./attempt-types.js" */
/** @import { WireEvent } from "./event-types.js" */

/** @typedef {{ title: string, events: WireEvent[] }} Recorded */

export class Help {
  #host;
  #lesson;
  #id;
  #title;
  #hints;
  #solution;
  #ask = el("div", { class: "ask-first", role: "group", "aria-label": "Before the solution opens", hidden: true });
  #said = el("p", { class: "said", role: "status" });
  #replay;
  /** @type {ExerciseMessage | undefined} */
  #x;
  #agreed = false;
  #counted = new Set(); // hints that the server was told of
  /** @type {Recorded | undefined} */
  #recorded;
  #asking = false;

  /**
   * @param {HTMLElement} host whose <details> these are
   * @param {{ lesson: string, id: string, title: string }} exercise
   * @param {AbortSignal} signal
   */
  constructor(host, { lesson, id, title }, signal) {
    this.#host = host;
    this.#lesson = lesson;
    this.#id = id;
    this.#title = title;
    this.#hints = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (host.querySelectorAll("details.hint"))];
    this.#solution = /** @type {HTMLDetailsElement | null} */ (host.querySelector("details.solution"));
    this.#replay = button("Replay it in the panel", () => void this.#play(), { class: "btn small" });
    this.#hints.forEach((hint, i) => hint.addEventListener("toggle", () => hint.open && this.#opened(i), { signal }));
    const { firstElementChild: summary = null } = this.#solution ?? {};
    summary?.addEventListener("click", (e) => this.#pressed(e), { signal });
    this.#ask.append(
      el("p", {}, "Opening the solution marks this exercise as seen. You can still do it, and it stays on the list of what to do again."),
      el("div", { class: "choices" }, button("Open the solution", () => this.#agree(), { class: "btn small" }), button("Not now", () => this.#leave(), { class: "btn small quiet" })),
    );
    this.#solution?.after(this.#ask, this.#said);
    this.#solution?.append(el("p", { class: "replay-line" }, this.#replay));
    this.#ladder();
  }

  /** @param {ExerciseMessage} x */
  update(x) {
    this.#x = x;
    this.#ladder();
  }

  /** remove takes away what was added to the page's text. */
  remove() {
    this.#ask.remove();
    this.#said.remove();
    this.#replay.closest("p")?.remove();
  }

  get #free() {
    return this.#agreed || this.#x?.progress?.seen === true || standing(this.#x).stand === "passed";
  }

  /** Each hint waits for the one before it, the solution for the last; but not for whoever is through. */
  #ladder() {
    let shown = true;
    for (const hint of this.#hints) {
      hint.hidden = !shown && !this.#free;
      shown &&= hint.open || this.#counted.has(hint);
    }
    if (this.#solution) this.#solution.hidden = !shown && !this.#free;
  }

  /** @param {number} i */
  #opened(i) {
    const hint = this.#hints[i];
    if (hint === undefined || this.#counted.has(hint)) return;
    this.#counted.add(hint);
    this.#ladder();
    if (this.#free) return;
    // A count that doesn't arrive costs the reader nothing but a line on a list.
    command(exercisePath(this.#lesson, this.#id, "hint")).catch(() => {});
  }

  /** @param {Event} e */
  #pressed(e) {
    if (this.#solution?.open) return;
    if (this.#free) {
      if (this.#recorded === undefined) void this.#play();
      return;
    }
    e.preventDefault();
    this.#ask.hidden = false;
    this.#ask.querySelector("button")?.focus();
  }

  #agree() {
    this.#agreed = true;
    this.#ask.hidden = true;
    if (this.#solution) {
      this.#solution.open = true;
      this.#solution.querySelector("summary")?.focus();
    }
    void this.#play();
  }

  #leave() {
    this.#ask.hidden = true;
    this.#solution?.querySelector("summary")?.focus();
  }

  /** play asks for the recorded session, once, and shows it in the panel. */
  async #play() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      this.#recorded ??= /** @type {Recorded} */ (await command(exercisePath(this.#lesson, this.#id, "solution")));
      this.#said.textContent = "";
      const title = this.#recorded.title || `${this.#title}, the solution`;
      this.#host.dispatchEvent(new CustomEvent("wire-replay", { bubbles: true, detail: { title, events: this.#recorded.events } }));
    } catch (error) {
      this.#said.textContent = `The solution stands here, but can’t be replayed: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.#asking = false;
    }
  }
}
