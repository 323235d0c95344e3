// The word that a lab of this page puts into its paths and payloads: that of the exercise which the
// reader is at, or "free".
import { button, el, write } from "./dom.js";
import { keep, recall } from "./storage.js";

export const FREE = "free"; // no exercise: what such traffic shows, no check looks for

const KEY = "wireup.at"; // the exercise that the reader is at, by lesson: after a reload it is still that one

/**
 * @typedef {{ lesson: string, exercise: string, word: string }} Place
 */

/** @type {Map<string, Place>} */
const places = new Map();
const changed = new EventTarget();

/**
 * labWord is the word of the exercise that the reader is at in this lesson.
 * @param {string} lesson
 */
export function labWord(lesson) {
  return places.get(lesson)?.word ?? FREE;
}

/**
 * labPlace is the exercise that the reader is at in this lesson, if at any.
 * @param {string} lesson
 */
export function labPlace(lesson) {
  return places.get(lesson);
}

/**
 * takeWord makes an exercise's word the lab's.
 * @param {Place} place
 */
export function takeWord({ lesson, exercise, word }) {
  const now = places.get(lesson);
  if (now?.exercise === exercise && now.word === word) return;
  places.set(lesson, { lesson, exercise, word });
  keep(KEY, JSON.stringify({ ...kept(), [lesson]: exercise }));
  changed.dispatchEvent(new Event("change"));
}

/**
 * freeWord leaves the exercise.
 * @param {string} lesson
 */
export function freeWord(lesson) {
  const { [lesson]: _, ...others } = kept();
  keep(KEY, JSON.stringify(others));
  if (places.delete(lesson)) changed.dispatchEvent(new Event("change"));
}

/**
 * wasAt says whether the reader was at this exercise when the page was last open.
 * @param {string} lesson
 * @param {string} exercise
 * @param {Pick<Storage, "getItem">} [store]
 */
export function wasAt(lesson, exercise, store) {
  return kept(store)[lesson] === exercise;
}

/**
 * onWord calls f whenever a word changes.
 * @param {() => void} f
 * @param {AbortSignal} signal
 */
export function onWord(f, signal) {
  changed.addEventListener("change", f, { signal });
}

/**
 * wordChip shows which word the lab uses, and lets the reader go back to none.
 * @param {string} lesson
 * @param {AbortSignal} signal
 */
export function wordChip(lesson, signal) {
  const code = el("code");
  const whose = el("a", {});
  const what = el("span", { class: "whose" });
  const leave = button("Leave it", () => freeWord(lesson), { class: "btn small quiet" });
  const root = el("p", { class: "word-chip", role: "status" }, "Word: ", code, " ", what, " ", leave);
  const show = () => {
    const place = places.get(lesson);
    write(code, place?.word ?? FREE);
    if (place) {
      write(whose, place.exercise);
      whose.setAttribute("href", `#exercise-${place.exercise}`);
    }
    if (place) what.replaceChildren("of the exercise ", whose);
    else write(what, "· counts for no exercise");
    leave.hidden = place === undefined;
    root.classList.toggle("free", place === undefined);
  };
  onWord(show, signal);
  show();
  return root;
}

/**
 * @param {Pick<Storage, "getItem">} [store]
 * @returns {Record<string, unknown>}
 */
function kept(store) {
  try {
    const read = JSON.parse(recall(KEY, store) ?? "{}");
    return typeof read === "object" && read !== null && !Array.isArray(read) ? read : {};
  } catch {
    return {};
  }
}
