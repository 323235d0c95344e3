// Recorded sessions of the lessons' labs, loaded while there is a network, for when there is none.

import { slideAt } from "./deck.js";

/** @import { Outline, Place } from "./deck.js" */
/** @import { WireEvent } from "./event-types.js" */

/** @typedef {{ title: string, source: string, events: WireEvent[] }} Recorded */

/** @type {Map<string, Promise<Recorded>>} */
const loaded = new Map();

/**
 * recordedOf is a recorded session, which is asked for once.
 * @param {string} name of a lesson and a lab, such as frames/echo
 */
export function recordedOf(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const loading = load(name);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

/** @param {string} name @returns {Promise<Recorded>} */
async function load(name) {
  const [lesson = "", lab = ""] = name.split("/");
  let response;
  try {
    response = await fetch(`/lessons/${encodeURIComponent(lesson)}/recorded.json?lab=${encodeURIComponent(lab)}`);
  } catch {
    throw new Error("The network is gone, and the recorded session had not been loaded before.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/**
 * replayOf names the session that stands in for the lab of a place: its slide's, or the one before.
 * @param {Outline} outline
 * @param {Place} at
 */
export function replayOf(outline, at) {
  return slideAt(outline, at)?.replay ?? "";
}

/**
 * loadAhead loads what a talk may need without a network, one session after the other: those of a
 * lesson and of the next.
 * @param {Outline} outline
 * @param {string} lesson
 */
export async function loadAhead(outline, lesson) {
  const from = outline.findIndex((p) => p.id === lesson);
  const names = outline.slice(from, from + 2).flatMap(({ slides }) => slides.map(({ replay }) => replay ?? ""));
  for (const name of new Set(names)) {
    try {
      if (name !== "") await recordedOf(name);
    } catch {
      // It is asked for again when it is wanted.
    }
  }
}
