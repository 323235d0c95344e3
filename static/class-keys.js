// The keys that a presenter has beside those of the deck. No DOM but that of the press.
import { plain, typing } from "./dom.js";

/** @typedef {"undo" | "pause" | "skip" | "replay" | "hands" | "everybody" | "join" | "help"} Deed */

/** @type {Record<string, Deed>} */
const DEEDS = { u: "undo", p: "pause", s: "skip", r: "replay", h: "hands", e: "everybody", j: "join", "?": "help" };

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
  ["h", "the slide’s show of hands: ask, then close and show, then take it away"],
  ["e", "everybody’s page presses the lab’s button"],
  ["j", "how to join, on the screen: large, in a line, or as there is room"],
  ["r", "replay the lab’s recorded session; again: back to the slide, on the screen"],
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
