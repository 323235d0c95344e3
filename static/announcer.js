// New rows in words, for whoever hears the page: once, politely, and never faster than can be heard.
import { el } from "./dom.js";
import { plural } from "./format.js";

/** @import { Row } from "./model.js" */

const PAUSE = 2500; // milliseconds between two announcements

/** @param {"up" | "down" | undefined} direction */
function way(direction) {
  return direction === "up" ? "Up" : "Down";
}

/** @param {Row} row */
function one(row) {
  if (row.notice) return row.notice;
  const mark = row.devtools?.mark;
  return `${way(row.direction)}: ${row.first?.summary ?? ""}${mark && mark !== "shown" ? `, ${mark} in DevTools` : ""}.`;
}

/**
 * inWords says what arrived: each of a few, or how many and the last of them.
 * @param {Row[]} rows
 */
export function inWords(rows) {
  if (rows.length <= 3) return rows.map(one).join(" ");
  const up = rows.filter((r) => r.direction === "up").length;
  const down = rows.filter((r) => r.direction === "down").length;
  const last = rows.at(-1);
  return `${plural(rows.length, "new row")}, ${up} up and ${down} down.${last ? ` The last: ${one(last)}` : ""}`;
}

export class Announcer {
  node = el("p", { class: "visually-hidden", "aria-live": "polite" });
  /** @type {Row[]} */
  #rows = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {Row[]} rows */
  arrived(rows) {
    if (rows.length === 0) return;
    this.#rows.push(...rows);
    this.#timer ??= setTimeout(() => this.#speak(), PAUSE / 5);
  }

  /**
   * say announces a sentence at once.
   * @param {string} text
   */
  say(text) {
    this.node.textContent = text;
  }

  #speak() {
    if (this.#rows.length === 0) {
      this.#timer = undefined;
      return;
    }
    this.say(inWords(this.#rows));
    this.#rows = [];
    this.#timer = setTimeout(() => this.#speak(), PAUSE);
  }
}
