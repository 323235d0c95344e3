// The pace of a replay: events one after the other as they came, or step by step. No DOM.

/** @import { WireEvent } from "./event-types.js" */

export const LONGEST = 2000; // milliseconds: a longer silence is cut to this

/**
 * Player shows recorded events. Events: "show" {detail: WireEvent[]}: these are next; "back": it is
 * at its beginning again; "state": it plays, or has stopped, or its speed has changed.
 */
export class Player extends EventTarget {
  shown = 0;
  playing = false;
  #events;
  #speed = 1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {WireEvent[]} events */
  constructor(events) {
    super();
    this.#events = events;
  }

  get total() {
    return this.#events.length;
  }

  get over() {
    return this.shown === this.total;
  }

  get speed() {
    return this.#speed;
  }

  set speed(times) {
    this.#speed = times;
    if (this.playing) this.#wait();
    this.#tell();
  }

  /** play goes on, or begins again if it was at its end. */
  play() {
    if (this.over) this.restart();
    this.playing = this.total > 0;
    if (this.playing) this.#wait();
    this.#tell();
  }

  pause() {
    clearTimeout(this.#timer);
    this.playing = false;
    this.#tell();
  }

  /** step shows the next one and stops there. */
  step() {
    this.pause();
    this.#show(1);
  }

  /** all shows the rest at once. */
  all() {
    this.pause();
    this.#show(this.total - this.shown);
  }

  restart() {
    this.pause();
    this.shown = 0;
    this.dispatchEvent(new Event("back"));
    this.#tell();
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#show(1);
      if (this.over) this.pause();
      else this.#wait();
    }, this.#gap() / this.#speed);
  }

  /** gap is how long the next event came after the one before it. */
  #gap() {
    const before = this.#events[this.shown - 1];
    const event = this.#events[this.shown];
    if (before === undefined || event === undefined) return 0;
    return Math.min(LONGEST, Math.max(0, event.at - before.at));
  }

  /** @param {number} n */
  #show(n) {
    const events = this.#events.slice(this.shown, this.shown + n);
    if (events.length === 0) return;
    this.shown += events.length;
    this.dispatchEvent(new CustomEvent("show", { detail: events }));
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("state"));
  }
}
