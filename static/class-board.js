// The board: how far everybody is with an exercise, by pseudonym, in signs and words.
import { el } from "./dom.js";

/** @import { Desk, Pupil } from "./class-types.js" */

/** @typedef {"stuck" | "trying" | "none" | "passed"} Standing */

/** @type {Record<Standing, [string, string]>} */
export const SIGNS = { stuck: ["!", "stuck for five minutes"], trying: ["…", "trying"], none: ["·", "not started"], passed: ["✓", "passed"] };

/** @type {Standing[]} */
const ORDER = ["stuck", "trying", "none", "passed"];

/**
 * standingOf is how far somebody is with an exercise.
 * @param {Pupil} pupil
 * @param {string} exercise
 * @returns {Standing}
 */
export function standingOf({ exercises, stuck }, exercise) {
  const is = exercises[exercise];
  if (is === undefined) return "none";
  return is === "trying" && stuck ? "stuck" : is;
}

/**
 * boardOf is the board of one exercise: who needs help first, and how many there are of each.
 * @param {Pupil[]} pupils
 * @param {string} exercise
 */
export function boardOf(pupils, exercise) {
  const rows = pupils.map((p) => ({ viewer: p.viewer, is: standingOf(p, exercise) }));
  rows.sort((a, b) => ORDER.indexOf(a.is) - ORDER.indexOf(b.is) || a.viewer.localeCompare(b.viewer));
  return { rows, sums: ORDER.map((is) => ({ is, n: rows.filter((r) => r.is === is).length })) };
}

export class Board {
  root = el("div", { class: "board" });
  #key = "";

  /**
   * @param {Desk | undefined} desk
   * @param {string} exercise
   * @param {number | undefined} here
   */
  update(desk, exercise, here) {
    const key = JSON.stringify([exercise, desk?.board, desk?.rows, here]);
    if (key === this.#key) return;
    this.#key = key;
    const { rows, sums } = boardOf(desk?.board ?? [], exercise);
    const joined = desk?.rows ?? rows.length;
    const hidden = joined - rows.length;
    this.root.replaceChildren(
      el("p", { class: "board-sums" }, ...sums.filter(({ is, n }) => n > 0 || is === "passed").map(({ is, n }) => el("span", { class: `is-${is}` }, `${SIGNS[is][0]} ${n} ${SIGNS[is][1]}`))),
      el("ul", {}, ...rows.map(({ viewer, is }) => el("li", { class: `is-${is}` }, el("span", { class: "class-sign", "aria-hidden": "true" }, SIGNS[is][0]), el("span", {}, viewer), el("small", {}, SIGNS[is][1])))),
      ...(here !== undefined && joined > here ? [el("p", { class: "muted" }, `${joined} have joined, and ${here} of them ${here === 1 ? "is" : "are"} here now.`)] : []),
      ...(hidden > 0 ? [el("p", { class: "muted" }, `${hidden} more are not shown.`)] : []),
    );
  }
}
