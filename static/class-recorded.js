// Recorded sessions of the lessons' labs, loaded while there is a network, for when there is none.

/** @import { WireEvent } from "./event-types.js" */

/** @typedef {{ title: string, events: WireEvent[] }} Recorded */

/** @type {Map<string, Promise<Recorded>>} */
const loaded = new Map();

/**
 * recordedOf is the recorded session of a lesson, which is asked for once.
 * @param {string} lesson
 */
export function recordedOf(lesson) {
  const known = loaded.get(lesson);
  if (known !== undefined) return known;
  const loading = load(lesson);
  loaded.set(lesson, loading);
  loading.catch(() => loaded.delete(lesson));
  return loading;
}

/** @param {string} lesson @returns {Promise<Recorded>} */
async function load(lesson) {
  let response;
  try {
    response = await fetch(`/lessons/${encodeURIComponent(lesson)}/recorded.json`);
  } catch {
    throw new Error("The network is gone, and the recorded session had not been loaded before.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/**
 * loadAhead loads what a talk may need without a network, one lesson after the other.
 * @param {string[]} lessons
 */
export async function loadAhead(lessons) {
  for (const lesson of lessons) {
    try {
      await recordedOf(lesson);
    } catch {
      // It is asked for again when it is wanted.
    }
  }
}
