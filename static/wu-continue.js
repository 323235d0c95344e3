// <wu-continue>: offers to go on where the reader left off. Titles come from the page's own list of
// lessons: li[data-lesson] with a link, and in it li[data-exercise].
import { pageAttempts } from "./attempts.js";
import { el } from "./dom.js";
import { next } from "./standing.js";
import { last, visited } from "./visits.js";

export class WuContinue extends HTMLElement {
  static define(tag = "wu-continue", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;

  connectedCallback() {
    this.#gone = new AbortController();
    for (const id of visited()) lessonItem(id)?.classList.add("visited");
    pageAttempts().addEventListener("batch", () => this.#offer(), { signal: this.#gone.signal });
    this.#offer();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #offer() {
    const course = [...document.querySelectorAll("li[data-lesson]:not(.unwritten)")].map((item) => item.getAttribute("data-lesson") ?? "");
    const place = next(course, [...pageAttempts().known.values()], last());
    const item = place && lessonItem(place.lesson);
    const lesson = item?.querySelector("h3 a[href]");
    if (!place || !lesson) return;
    const exercise = place.exercise === undefined ? null : item?.querySelector(`li[data-exercise="${CSS.escape(place.exercise)}"] a[href]`);
    const href = (exercise ?? lesson).getAttribute("href") ?? "";
    const text = `Continue: ${lesson.textContent?.trim() ?? ""}${exercise ? `, “${exercise.textContent?.trim() ?? ""}”` : ""}`;
    if (this.firstElementChild?.getAttribute("href") !== href) this.replaceChildren(el("a", { class: "btn primary", href }, text));
    this.hidden = false;
    this.parentElement?.querySelector(":scope > .btn.primary")?.classList.remove("primary"); // to go on is what a reader comes back for
  }
}

/** @param {string} id */
function lessonItem(id) {
  return document.querySelector(`li[data-lesson="${CSS.escape(id)}"]`);
}
