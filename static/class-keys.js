// The keys that a presenter has beside those of the deck. No DOM but that of the press.
import { plain, typing } from "./dom.js";

/** @typedef {"undo" | "pause" | "skip" | "replay" | "help"} Deed */

/** @type {Record<string, Deed>} */
const DEEDS = { u: "undo", p: "pause", s: "skip", r: "replay", "?": "help" };

/** @type {[string, string][]} */
export const HELP = [
  ["→  Space  Page Down", "one step on"],
  ["←  Page Up", "one step back"],
  ["↓  ↑", "the same; first through a slide that is taller than its place"],
  ["Home  End", "the lesson’s first slide, its last"],
  ["u", "undo: back to the step where you were"],
  ["p", "questions: the lesson’s time stands still, and goes on"],
  ["s", "skip what the clock proposes"],
  ["b  .", "blank the screens, and show them again"],
  ["r", "replay the lab’s recorded session"],
  ["?", "these keys"],
];

/**
 * deedOf is what a key press means; undefined if nothing, or if somebody is typing.
 * @param {KeyboardEvent} event
 * @returns {Deed | undefined}
 */
export function deedOf(event) {
  if (!plain(event) || event.defaultPrevented || event.repeat || typing(event)) return undefined;
  return deedFor(event.key);
}

/**
 * deedFor is what a key means.
 * @param {string} key
 */
export function deedFor(key) {
  return DEEDS[key.toLowerCase()];
}
