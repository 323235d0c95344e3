// How an exercise stands, in a word and a shape; and what of the course is to be done again. No DOM.

/** @import { ExerciseMessage } from "./attempt-types.js" */

/**
 * @typedef {"passed" | "changed" | "wrong" | "cannot" | "open"} Stand
 * @typedef {{ stand: Stand, mark: string, word: string }} Standing
 */

/** @type {Record<Stand, { mark: string, word: string }>} */
const WORDS = {
  passed: { mark: "✓", word: "Passed" },
  changed: { mark: "↻", word: "Changed since you passed" },
  wrong: { mark: "✗", word: "Not right yet" },
  cannot: { mark: "?", word: "Can’t tell here" },
  open: { mark: "○", word: "Not yet" },
};

/**
 * standing says how an exercise stands: what was passed stays so, whatever a new attempt does.
 * @param {ExerciseMessage | undefined} x
 * @returns {Standing}
 */
export function standing(x) {
  const stand = standOf(x);
  return { stand, ...WORDS[stand] };
}

/**
 * @param {ExerciseMessage | undefined} x
 * @returns {Stand}
 */
function standOf(x) {
  if (x === undefined) return "open";
  if (x.verdict.state === "passed") return "passed";
  if (x.progress?.changed) return "changed";
  if (x.progress?.passed) return "passed";
  if (x.verdict.state === "wrong") return "wrong";
  if (x.verdict.state === "can't tell") return "cannot";
  return "open";
}

/**
 * missed is why an exercise is worth doing again, in words; empty if it isn't.
 * @param {ExerciseMessage} x
 */
export function missed({ progress: p, verdict }) {
  const why = [];
  if (p?.changed && verdict.state !== "passed") why.push("it has changed since you passed");
  if (p?.missed) why.push(p.missed === 1 ? "one try was wrong" : `${p.missed} tries were wrong`);
  if (p?.seen) why.push("you have opened the solution");
  else if (p?.hints) why.push(p.hints === 1 ? "you took a hint" : `you took ${p.hints} hints`);
  return why.join("; ");
}

/**
 * tally counts by lesson.
 * @param {Iterable<ExerciseMessage>} all
 * @returns {Map<string, { passed: number, total: number }>}
 */
export function tally(all) {
  const lessons = new Map();
  for (const x of all) {
    const t = lessons.get(x.lesson) ?? { passed: 0, total: 0 };
    t.total++;
    if (standing(x).stand === "passed") t.passed++;
    lessons.set(x.lesson, t);
  }
  return lessons;
}

/**
 * next is where to go on: in the lesson that was last open, or else where something was last passed,
 * at its first exercise that isn't passed; and if there is none, in the lesson behind it.
 * @param {string[]} course the ids of the lessons that are written, in order
 * @param {ExerciseMessage[]} all
 * @param {string | null} last
 * @returns {{ lesson: string, exercise?: string } | undefined}
 */
export function next(course, all, last) {
  const here = last !== null && course.includes(last) ? last : newest(all);
  const at = here === undefined ? -1 : course.indexOf(here);
  if (here === undefined || at < 0) return undefined;
  const mine = all.filter((x) => x.lesson === here);
  const open = mine.find((x) => standing(x).stand !== "passed");
  if (open !== undefined) return mine.some((x) => standing(x).stand === "passed") ? { lesson: here, exercise: open.id } : { lesson: here };
  const after = course[at + 1];
  return { lesson: mine.length > 0 && after !== undefined ? after : here };
}

/**
 * newest is the lesson of what was passed last.
 * @param {ExerciseMessage[]} all
 */
function newest(all) {
  let found;
  for (const x of all) if (x.progress?.at && (found?.progress?.at ?? "") < x.progress.at) found = x;
  return found?.lesson;
}
