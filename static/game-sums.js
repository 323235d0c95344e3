// What a game's socket carried, counted from the wire's feed, and what the same would have cost as
// requests: by the size of one that this page has really sent. No DOM.

/** @import { Item, WireEvent } from "./event-types.js" */

/**
 * @typedef {{ frames: number, bytes: number, overhead: number }} Side
 * @typedef {{ up: number, down: number, downOverhead: number }} Price  bytes of a measured request and its answer
 */

const RECENT = 1000; // milliseconds that a rate looks back

/**
 * showable leaves out of a line or a name what cannot be shown, for which the server would close the
 * socket: control characters, joiners, turns of direction. Any space becomes a plain one.
 * @param {string} text
 */
export function showable(text) {
  return text.replace(/\s|\p{Z}/gu, " ").replace(/\p{C}/gu, "").trim();
}

/** GameTally counts one socket, which is known by a mark in its URL. */
export class GameTally {
  /** @type {Side} */
  up = { frames: 0, bytes: 0, overhead: 0 };
  /** @type {Side} */
  down = { frames: 0, bytes: 0, overhead: 0 };
  moves = 0; // frames that were moves
  moveBytes = 0;
  /** @type {WireEvent | undefined} the last of them */
  move;
  #mark;
  #conn = 0;
  /** @type {{ at: number, size: number, up: boolean }[]} */
  #recent = [];

  /** @param {string} mark */
  constructor(mark) {
    this.#mark = `socket=${mark}`;
  }

  /**
   * take counts what is of this socket, and says whether anything was.
   * @param {Item[]} items
   */
  take(items) {
    let any = false;
    for (const e of items) {
      if (e.kind === "request" && e.http?.target?.includes(this.#mark)) this.#conn = e.conn;
      if (e.kind !== "frame" || e.conn !== this.#conn) continue;
      this.#frame(e);
      any = true;
    }
    return any;
  }

  /** @param {WireEvent} e */
  #frame(e) {
    const up = e.direction === "up";
    const side = up ? this.up : this.down;
    side.frames++;
    side.bytes += e.size;
    side.overhead += e.overhead;
    this.#recent.push({ at: e.at, size: e.size, up });
    if (up && e.frame?.text?.startsWith("[4,")) {
      this.moves++;
      this.moveBytes += e.size;
      this.move = e;
    }
  }

  /**
   * rates are frames and bytes a second, up to now on the wire's clock.
   * @param {number} now
   */
  rates(now) {
    this.#recent = this.#recent.filter((f) => f.at > now - 2 * RECENT);
    const sum = { up: 0, down: 0, upBytes: 0, downBytes: 0 };
    for (const f of this.#recent) {
      if (f.at <= now - RECENT) continue;
      sum[f.up ? "up" : "down"]++;
      sum[f.up ? "upBytes" : "downBytes"] += f.size;
    }
    return sum;
  }

  /**
   * asRequests is what the same would have taken: a request for each move, and one for each tick that
   * was told, which carries the same payload.
   * @param {Price} price
   */
  asRequests({ up, down, downOverhead }) {
    return { moves: this.moves * (up + down), ticks: this.down.frames * (up + downOverhead) + this.down.bytes - this.down.overhead };
  }
}
