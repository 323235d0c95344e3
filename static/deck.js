// Where one is in a deck, and where next and back lead: over steps, slides and lessons. No page in it.

/**
 * A slide of the outline. The title is never empty; steps is how often it shows more.
 * @typedef {{ title: string, level: string, minutes: number, steps: number, lab?: string, replay?: string, poll?: { question: string, options: string[] } }} Slide
 */

/**
 * A lesson's slides.
 * @typedef {{ id: string, number: number, title: string, level: string, minutes: number, slides: Slide[] }} Part
 */

/**
 * The slides of a deck, lesson by lesson.
 * @typedef {Part[]} Outline
 */

/**
 * A place in a deck: slides count from 1, and of step 0 nothing waits to be shown yet.
 * @typedef {{ lesson: string, slide: number, step: number }} Place
 */

/**
 * slideAt is the slide at a place, or undefined if there is none.
 * @param {Outline} outline
 * @param {Place} place
 */
export function slideAt(outline, place) {
  return outline.find((p) => p.id === place.lesson)?.slides[place.slide - 1];
}

/**
 * within is the place nearest to what was asked for; undefined if the deck has no such lesson.
 * @param {Outline} outline
 * @param {{ lesson?: string | undefined, slide?: number | undefined, step?: number | undefined }} asked without a lesson: the first
 * @returns {Place | undefined}
 */
export function within(outline, { lesson = outline[0]?.id, slide = 1, step = 0 }) {
  const part = outline.find((p) => p.id === lesson);
  if (part === undefined || part.slides.length === 0) return undefined;
  const number = clamp(slide, 1, part.slides.length);
  return { lesson: part.id, slide: number, step: clamp(step, 0, part.slides[number - 1]?.steps ?? 0) };
}

/**
 * clamp also takes what is no number at all, as the least.
 * @param {number} n
 * @param {number} least
 * @param {number} most
 */
function clamp(n, least, most) {
  return Number.isFinite(n) ? Math.min(most, Math.max(least, Math.trunc(n))) : least;
}

/**
 * next is one step on, or undefined at the end.
 * @param {Outline} outline
 * @param {Place} place
 * @returns {Place | undefined}
 */
export function next(outline, place) {
  const steps = slideAt(outline, place)?.steps ?? 0;
  return place.step < steps ? { ...place, step: place.step + 1 } : nextSlide(outline, place);
}

/**
 * previous is one step back: onto a slide with all of its steps shown. It is undefined at the beginning.
 * @param {Outline} outline
 * @param {Place} place
 * @returns {Place | undefined}
 */
export function previous(outline, place) {
  if (place.step > 0) return { ...place, step: place.step - 1 };
  const before = previousSlide(outline, place);
  return before && { ...before, step: slideAt(outline, before)?.steps ?? 0 };
}

/**
 * nextSlide is the beginning of the slide after this, in the next lesson if need be.
 * @param {Outline} outline
 * @param {Place} place
 * @returns {Place | undefined}
 */
export function nextSlide(outline, place) {
  return beside(outline, place, 1);
}

/**
 * previousSlide is the beginning of the slide before this, in the lesson before if need be.
 * @param {Outline} outline
 * @param {Place} place
 * @returns {Place | undefined}
 */
export function previousSlide(outline, place) {
  return beside(outline, place, -1);
}

/**
 * @param {Outline} outline
 * @param {Place} place
 * @param {1 | -1} by
 * @returns {Place | undefined}
 */
function beside(outline, place, by) {
  const all = outline.flatMap((p) => p.slides.map((_, i) => ({ lesson: p.id, slide: i + 1, step: 0 })));
  const at = all.findIndex((p) => p.lesson === place.lesson && p.slide === place.slide);
  return at < 0 ? undefined : all[at + by];
}

/**
 * first and last are the ends of the lesson that place is in.
 * @param {Outline} outline
 * @param {Place} place
 */
export function first(outline, place) {
  return within(outline, { lesson: place.lesson });
}

/**
 * @param {Outline} outline
 * @param {Place} place
 */
export function last(outline, place) {
  return within(outline, { lesson: place.lesson, slide: count(outline, place) });
}

/**
 * count is how many slides the lesson of a place has.
 * @param {Outline} outline
 * @param {Place} place
 */
export function count(outline, place) {
  return outline.find((p) => p.id === place.lesson)?.slides.length ?? 0;
}

/**
 * same says whether two places are one.
 * @param {Place | undefined} a
 * @param {Place | undefined} b
 */
export function same(a, b) {
  return a === b || (a !== undefined && b !== undefined && a.lesson === b.lesson && a.slide === b.slide && a.step === b.step);
}

const LINK = /^#?(?:([a-z][a-z0-9-]*)\/)?([1-9][0-9]{0,3})(?:\.([0-9]{1,3}))?$/;

/**
 * parseLink reads a fragment such as #2, #2.1 or, in a deck of several lessons, #frames/2.1. It is
 * undefined for one that leads to no slide.
 * @param {Outline} outline
 * @param {string} link
 * @returns {Place | undefined}
 */
export function parseLink(outline, link) {
  const m = LINK.exec(link);
  if (m === null) return undefined;
  return within(outline, { lesson: m[1] ?? outline[0]?.id, slide: Number(m[2]), step: Number(m[3] ?? 0) });
}

/**
 * formatLink is the fragment that leads to a place.
 * @param {Outline} outline
 * @param {Place} place
 */
export function formatLink(outline, { lesson, slide, step }) {
  return `#${outline.length > 1 ? `${lesson}/` : ""}${slide}${step > 0 ? `.${step}` : ""}`;
}

/**
 * What a key asks of a deck.
 * @typedef {"next" | "back" | "down" | "up" | "first" | "last" | "blank" | "larger" | "smaller" | "usual" | "panel" | "help" | "away"} Command
 */

/** @type {Record<string, Command>} */
const KEYS = {
  ArrowRight: "next", " ": "next", PageDown: "next", ArrowDown: "down",
  ArrowLeft: "back", PageUp: "back", ArrowUp: "up",
  Home: "first", End: "last", b: "blank", B: "blank", ".": "blank",
  "+": "larger", "=": "larger", "-": "smaller", "0": "usual", i: "panel", I: "panel", "?": "help", Escape: "away",
};

/**
 * command is what a key asks for; Shift and Space go back.
 * @param {{ key: string, shiftKey?: boolean }} press
 * @returns {Command | undefined}
 */
export function command({ key, shiftKey = false }) {
  return key === " " && shiftKey ? "back" : KEYS[key];
}

/** The sizes that + and - go through; 1 is the one that a page begins with. */
export const SIZES = [0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6, 1.8, 2];

/**
 * resized is the size after one more + or -.
 * @param {number} size
 * @param {1 | -1} by
 */
export function resized(size, by) {
  const at = SIZES.indexOf(size);
  return SIZES[clamp((at < 0 ? SIZES.indexOf(1) : at) + by, 0, SIZES.length - 1)] ?? 1;
}
