// Where a presenter's step leads when slides are skipped. No DOM.
import { nextSlide, previousSlide } from "./deck.js";

/** @import { Outline, Place } from "./deck.js" */

/**
 * pastSkipped is where a step leads that would lead onto a slide that is skipped: over it, unless that
 * was chosen by itself.
 * @param {Outline} outline
 * @param {Place} from
 * @param {Place} to
 * @param {string[]} skipped slides, such as frames/8, and whole lessons
 * @returns {Place | undefined} undefined where there is nothing behind
 */
export function pastSkipped(outline, from, to, skipped) {
  const way = place(outline, to) - place(outline, from);
  /** @type {Place | undefined} */
  let at = to;
  while (at && Math.abs(way) === 1 && (skipped.includes(at.lesson) || skipped.includes(`${at.lesson}/${at.slide}`))) {
    at = way > 0 ? nextSlide(outline, at) : previousSlide(outline, at);
  }
  return at;
}

/**
 * @param {Outline} outline
 * @param {Place} at
 */
function place(outline, at) {
  let before = 0;
  for (const part of outline) {
    if (part.id === at.lesson) return before + at.slide;
    before += part.slides.length;
  }
  return before;
}
