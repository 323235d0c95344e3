// The presenter's clock in words: what is used of the lesson's time, and what is left to the hard stop. No DOM.

/** @import { Clock } from "./class-types.js" */

const SOON = 5 * 60_000; // milliseconds before the hard stop from which it is near

/**
 * span writes a time as minutes and seconds, or as hours and minutes from an hour on.
 * @param {number} time milliseconds
 */
export function span(time) {
  const seconds = Math.max(0, Math.floor(time / 1000));
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours > 0) return `${hours}:${String(minutes % 60).padStart(2, "0")} h`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * minutesWords writes minutes to the half.
 * @param {number} minutes
 */
export function minutesWords(minutes) {
  const halves = Math.max(1, Math.round(minutes * 2));
  return `${Math.floor(halves / 2) || ""}${halves % 2 === 1 ? "½" : ""} min`;
}

/**
 * clockWords says how a class stands in its time.
 * @param {Clock} clock
 * @param {number} now on the server's clock, as everything in it
 */
export function clockWords(clock, now) {
  const used = clock.used + (clock.paused ? 0 : Math.max(0, now - clock.at));
  const left = clock.budget - used;
  const stop = clock.stop > 0 ? clock.stop - now : undefined;
  return {
    used: span(used),
    budget: span(clock.budget),
    share: clock.budget > 0 ? Math.min(1, used / clock.budget) : 0,
    late: clock.budget > 0 && left < 0,
    lesson: clock.budget === 0 ? `${span(used)} used` : left < 0 ? `late by ${span(-left)}` : `${span(left)} left`,
    stop: stop === undefined ? "no end set" : stop < 0 ? `over by ${span(-stop)}` : `${span(stop)} to the end`,
    over: stop !== undefined && stop < 0,
    near: stop !== undefined && stop >= 0 && stop < SOON,
  };
}

/**
 * stopAt reads a time of day as the presenter types it, 21:30, as the next such time from now on.
 * @param {string} typed
 * @param {Date} [now]
 * @returns {number | undefined} milliseconds since 1970
 */
export function stopAt(typed, now = new Date()) {
  const [, hour = "", minute = ""] = /^\s*(\d{1,2})[:.](\d{2})\s*$/.exec(typed) ?? [];
  if (hour === "" || Number(hour) > 23 || Number(minute) > 59) return undefined;
  const at = new Date(now);
  at.setHours(Number(hour), Number(minute), 0, 0);
  if (at <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
