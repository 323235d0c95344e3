// <wu-progress lesson="request">: marks a lesson's list of exercises. Without a lesson, on the home
// page: what is passed, what to do again, and how to keep it or carry it elsewhere.
import { pageAttempts } from "./attempts.js";
import { el, write } from "./dom.js";
import { number, plural } from "./format.js";
import { keepingNotice } from "./keeping.js";
import { missed, standing, tally } from "./standing.js";
import { Takeaway } from "./takeaway.js";

/** @import { ExerciseMessage } from "./attempt-types.js" */

export class WuProgress extends HTMLElement {
  static define(tag = "wu-progress", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  #notice = el("div", { class: "keeping", role: "status" });
  #sum = el("p", { class: "sum" });
  #redo = el("div", { class: "redo" });
  #frame = 0;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const attempts = pageAttempts();
    for (const type of ["batch", "state"]) attempts.addEventListener(type, () => this.#soon(), { signal });
    if (this.hasAttribute("lesson")) this.append(this.#notice);
    else {
      this.replaceChildren(el("h2", { id: "progress" }, "Where you are"), this.#notice, this.#sum, this.#redo, new Takeaway(signal).root);
      this.hidden = false;
    }
    this.#draw();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#notice.remove();
  }

  #soon() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { keeping, known } = pageAttempts();
    keepingNotice(this.#notice, keeping);
    const lesson = this.getAttribute("lesson");
    if (lesson !== null) {
      markList(this, lesson);
      return;
    }
    for (const item of document.querySelectorAll("li[data-lesson]")) markList(item, item.getAttribute("data-lesson") ?? "");
    const all = [...known.values()].filter((x) => titleOf(x) !== undefined);
    this.#total(all);
    this.#again(all);
  }

  /** @param {ExerciseMessage[]} all */
  #total(all) {
    const lessons = [...tally(all).values()];
    const passed = lessons.reduce((n, t) => n + t.passed, 0);
    const whole = lessons.filter((t) => t.passed === t.total).length;
    if (all.length === 0) write(this.#sum, "The server has not said yet what you have passed.");
    else if (passed === 0) write(this.#sum, `None of ${plural(all.length, "exercise")} is passed yet. Nothing is locked: begin wherever you like.`);
    else write(this.#sum, `${number(passed)} of ${plural(all.length, "exercise")} passed${whole > 0 ? `, and with them ${plural(whole, "whole lesson")}` : ""}.`);
  }

  /** @param {ExerciseMessage[]} all */
  #again(all) {
    const list = all.flatMap((x) => {
      const why = missed(x);
      return why === "" ? [] : [{ x, why }];
    });
    const key = list.map(({ x, why }) => `${x.lesson}/${x.id} ${why} ${standing(x).stand}`).join("|");
    if (this.#redo.dataset["key"] === key) return;
    this.#redo.dataset["key"] = key;
    this.#redo.replaceChildren(
      ...(list.length === 0
        ? []
        : [
            el("h3", {}, "Worth doing again"),
            el(
              "ul",
              {},
              ...list.map(({ x, why }) => {
                const { mark, word } = standing(x);
                return el("li", { "data-stand": standing(x).stand }, shape(mark, word), el("a", { href: `/lessons/${encodeURIComponent(x.lesson)}#exercise-${x.id}` }, titleOf(x) ?? x.id), el("span", { class: "why" }, ` ${lessonTitle(x.lesson)} · ${why}`));
              }),
            ),
          ]),
    );
  }
}

/**
 * shape is a mark, with its word for whoever hears the page.
 * @param {string} mark
 * @param {string} word
 */
function shape(mark, word) {
  return el("span", { class: "stand" }, el("span", { "aria-hidden": "true" }, mark), el("span", { class: "visually-hidden" }, `${word}: `));
}

/**
 * markList marks the exercises that stand in a list of the page, and sums them up.
 * @param {Element} holder
 * @param {string} lesson
 */
function markList(holder, lesson) {
  const attempts = pageAttempts();
  const items = [...holder.querySelectorAll("li[data-exercise]")];
  if (items.length === 0 || attempts.known.size === 0) return;
  let passed = 0;
  for (const item of items) {
    const { stand, mark, word } = standing(attempts.get(lesson, item.getAttribute("data-exercise") ?? ""));
    if (stand === "passed") passed++;
    if (item.getAttribute("data-stand") === stand) continue;
    item.setAttribute("data-stand", stand);
    item.querySelector(".stand")?.remove();
    item.prepend(shape(mark, word));
  }
  const summary = holder.querySelector(".summary, details.exercises > summary");
  if (summary) write(summary, passed === items.length ? `✓ ${passed === 1 ? "The exercise" : `All ${plural(passed, "exercise")}`} passed` : `${passed} of ${plural(items.length, "exercise")} passed`);
  holder.toggleAttribute("data-passed", passed === items.length);
}

/**
 * titleOf is an exercise's title as the page's list has it; undefined if the list lacks it.
 * @param {ExerciseMessage} x
 */
function titleOf({ lesson, id }) {
  return document.querySelector(`li[data-lesson="${CSS.escape(lesson)}"] li[data-exercise="${CSS.escape(id)}"] a`)?.textContent ?? undefined;
}

/** @param {string} lesson */
function lessonTitle(lesson) {
  return document.querySelector(`li[data-lesson="${CSS.escape(lesson)}"] h3`)?.textContent?.trim() ?? lesson;
}
