// An activity: everybody does one exercise, here and now, and the class waits for those who are not done.
import { pageAttempts, turnTo } from "./attempts.js";
import { articleOf, exerciseIn } from "./class-article.js";
import { button, el, write } from "./dom.js";
import { enliven } from "./elements.js";
import { takeWord } from "./lab-word.js";

/** @import { ExerciseMessage } from "./attempt-types.js" */
/** @import { Activity, Crowd } from "./class-types.js" */

/**
 * passedWords says how many are done.
 * @param {Crowd["done"] | undefined} done
 */
export function passedWords(done) {
  return done ? `${done.passed} of ${done.of} have passed` : "";
}

/**
 * leftWords says for how many the class waits.
 * @param {Crowd["done"] | undefined} done
 */
export function leftWords(done) {
  if (!done) return "";
  const left = done.of - done.passed;
  return left > 0 ? `; the class waits for ${left === 1 ? "one" : left}.` : ": everybody.";
}

/** @param {Crowd["done"] | undefined} done */
export function doneWords(done) {
  return passedWords(done) + leftWords(done);
}

export class ActivityView {
  root = el("section", { class: "activity", "aria-label": "Your turn" });
  #title = el("h2", {}, "Your turn");
  #waits = el("p", { class: "activity-waits", role: "status" });
  #hints = el("div", { class: "given-hints", role: "status" });
  #place = el("article", { class: "prose" });
  #key = "";
  /** @type {HTMLElement[]} */
  #texts = [];
  #given = 0;
  #gone = new AbortController();

  constructor() {
    this.root.append(this.#title, this.#waits, this.#hints, this.#place);
  }

  /**
   * @param {Activity} activity
   * @param {Crowd | undefined} crowd
   */
  update(activity, crowd) {
    const key = `${activity.lesson}/${activity.exercise}`;
    if (key !== this.#key) {
      this.#key = key;
      void this.#load(activity, key);
    }
    write(this.#waits, doneWords(crowd?.done));
    this.#give(activity.hints);
  }

  /**
   * @param {Activity} activity
   * @param {string} key
   */
  async #load({ lesson, exercise, hints }, key) {
    this.#texts = [];
    this.#given = 0;
    this.#hints.replaceChildren();
    this.#place.replaceChildren(el("p", { class: "fallback" }, "The exercise is loading."));
    try {
      const found = exerciseIn(await articleOf(lesson), exercise);
      if (key !== this.#key) return;
      if (found === undefined) throw new Error("The lesson has no such exercise. Reload the page: it may be older than the server.");
      turnTo(lesson);
      this.#texts = found.hints;
      this.#place.replaceChildren(found.card, ...(found.lab ? [found.lab] : []));
      await enliven(this.#place);
      if (key !== this.#key) return;
      this.#word(lesson, exercise);
      this.#give(hints);
    } catch (error) {
      if (key !== this.#key) return;
      const again = button("Try again", () => void this.#load({ lesson, exercise, hints }, key), { class: "btn" });
      this.#place.replaceChildren(el("p", {}, `The exercise could not be loaded. ${error instanceof Error ? error.message : String(error)} `, again));
    }
  }

  /**
   * word sets the lab to the exercise: it is what everybody does now.
   * @param {string} lesson
   * @param {string} exercise
   */
  #word(lesson, exercise) {
    this.#gone.abort();
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const attempts = pageAttempts();
    attempts.addEventListener("exercise", (e) => {
      const { lesson: of, id, word } = /** @type {CustomEvent<ExerciseMessage>} */ (e).detail;
      if (of === lesson && id === exercise) takeWord({ lesson, exercise, word });
    }, { signal });
    const known = attempts.get(lesson, exercise);
    if (known) takeWord({ lesson, exercise, word: known.word });
  }

  /**
   * give shows the hints that the presenter gave to all. They count for nobody.
   * @param {number} hints
   */
  #give(hints) {
    if (this.#texts.length === 0) return;
    for (; this.#given < Math.min(hints, this.#texts.length); this.#given++) {
      const text = this.#texts[this.#given];
      if (text) this.#hints.append(el("div", { class: "given-hint" }, el("strong", {}, `Hint ${this.#given + 1}, for all: `), text));
    }
  }

  /** stop lets go of the exercise. */
  stop() {
    if (this.#key === "") return;
    this.#key = "";
    this.#gone.abort();
    this.#place.replaceChildren();
    this.#hints.replaceChildren();
  }
}
