// The page's one subscription to its exercises: their words, verdicts and what lasts of them.
import { Line, socketUrl } from "./line.js";
import { wireId } from "./wire-id.js";

/** @import { AttemptMessage, ExerciseMessage, KeepingMessage } from "./attempt-types.js" */
/** @import { Ways } from "./line.js" */

/**
 * Attempts knows the newest of each exercise. Events beside those of a line:
 * - "exercise" {detail: ExerciseMessage}: one of them has changed;
 * - "batch": after each message, which may hold many;
 * - "keeping" {detail: KeepingMessage}: whether what is passed lasts.
 */
export class Attempts extends Line {
  /** @type {Map<string, ExerciseMessage>} by lesson and id, in the order of the course */
  known = new Map();
  /** @type {KeepingMessage | undefined} */
  keeping;

  /**
   * @param {() => string} url
   * @param {Ways} [ways]
   */
  constructor(url, ways) {
    super(url, ways);
    this.addEventListener("message", (e) => this.#take(/** @type {CustomEvent<AttemptMessage | AttemptMessage[]>} */ (e).detail));
  }

  /**
   * @param {string} lesson
   * @param {string} id
   */
  get(lesson, id) {
    return this.known.get(`${lesson}/${id}`);
  }

  /** again asks for everything, at the address as it is now. */
  again() {
    this.stop();
    this.known.clear();
    this.start();
  }

  /** @param {AttemptMessage | AttemptMessage[]} message */
  #take(message) {
    for (const m of Array.isArray(message) ? message : [message]) {
      if (m.kind === "keeping") {
        this.keeping = m;
        this.dispatchEvent(new CustomEvent("keeping", { detail: m }));
      } else if (m.kind === "exercise") {
        this.known.set(`${m.lesson}/${m.id}`, m);
        this.dispatchEvent(new CustomEvent("exercise", { detail: m }));
      }
    }
    this.dispatchEvent(new Event("batch"));
  }
}

/** @type {Attempts | undefined} */
let shared;

/**
 * pageAttempts is the one subscription of this page: to its lesson's exercises, or to all of them
 * where the page is no lesson.
 */
export function pageAttempts() {
  if (shared !== undefined) return shared;
  shared = new Attempts(() => {
    const lesson = document.querySelector("main[data-lesson]")?.getAttribute("data-lesson");
    return socketUrl(`/wire/${wireId()}/exercises${lesson ? `?lesson=${encodeURIComponent(lesson)}` : ""}`);
  });
  shared.keep();
  return shared;
}

/**
 * turnTo makes the page one of this lesson, whose exercises are checked from now on.
 * @param {string} lesson
 */
export function turnTo(lesson) {
  const main = document.querySelector("main");
  if (main === null || main.dataset["lesson"] === lesson) return;
  main.dataset["lesson"] = lesson;
  shared?.again();
}

/**
 * command asks the server for something about an exercise, and throws the server's own sentence if
 * it refuses.
 * @param {string} path
 * @returns {Promise<unknown>} what it answered, if that was JSON
 */
export async function command(path) {
  let response;
  try {
    response = await fetch(path, { method: "POST" });
  } catch {
    throw new Error("The server does not answer. Is it running?");
  }
  const json = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
  const answer = json ? await response.json() : undefined;
  if (!response.ok) throw new Error(typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`);
  return answer;
}

/**
 * exercisePath is where an exercise takes commands.
 * @param {string} lesson
 * @param {string} id
 * @param {"again" | "hint" | "solution"} what
 */
export function exercisePath(lesson, id, what) {
  return `/wire/${wireId()}/exercises/${encodeURIComponent(lesson)}/${encodeURIComponent(id)}/${what}`;
}
