// A class in words: how the line to it is doing, how its pace is found, where it is. No DOM.

/** @import { ClassLine } from "./class-line.js" */
/** @import { Outline, Place } from "./deck.js" */

/**
 * linkWords says how the line is: good, slow or gone, and in which words.
 * @param {Pick<ClassLine, "state" | "over" | "rtt" | "late" | "welcome" | "reason">} line
 * @returns {{ is: "good" | "slow" | "gone", sign: string, text: string }}
 */
export function linkWords({ state, over, rtt, late, welcome, reason }) {
  if (state !== "open") {
    const why = reason ? ` (${reason})` : "";
    if (welcome === undefined && why === "") return { is: "slow", sign: "…", text: "joining…" };
    return { is: "gone", sign: "✕", text: `the line is down${why}, it comes back by itself` };
  }
  const way = over === "poll" ? "by long polling" : "by WebSocket";
  if (welcome === undefined) return { is: "slow", sign: "…", text: "joining…" };
  if (late > 1) return { is: "slow", sign: "!", text: `${way}, but no answer for a while` };
  const there = rtt === 0 ? "" : `, ${rtt < 10 ? rtt.toFixed(1) : Math.round(rtt)} ms there and back`;
  return rtt > 400 ? { is: "slow", sign: "!", text: `slow: ${way}${there}` } : { is: "good", sign: "●", text: `${way}${there}` };
}

/**
 * paceWords says how the room finds the pace.
 * @param {{ fast: number, slow: number } | undefined} pace
 * @param {number} here
 */
export function paceWords(pace, here) {
  const { fast = 0, slow = 0 } = pace ?? {};
  if (fast + slow === 0) return "nobody complains";
  const most = fast > slow ? "too fast" : slow > fast ? "too slow" : "both ways";
  return `${fast} too fast, ${slow} too slow, of ${here}${(fast + slow) * 3 >= here && here > 0 ? `: ${most}` : ""}`;
}

/**
 * placeWords says where a place is: lesson 8, slide 2 of 5.
 * @param {Outline} outline
 * @param {Place} at
 */
export function placeWords(outline, at) {
  const part = outline.find((p) => p.id === at.lesson);
  return part ? `lesson ${part.number}, slide ${at.slide} of ${part.slides.length}` : `${at.lesson}, slide ${at.slide}`;
}
