// The rows behind the inspector: what is kept, grouped, filtered, folded and counted. No DOM.
import { Connection, count, nothing } from "./connections.js";
import { number } from "./format.js";
import { dataOf, messageData, typeOf } from "./row-text.js";

/** @import { Item, Mark, PageClose, WireEvent } from "./event-types.js" */
/** @import { Test } from "./filter.js" */
/** @import { Totals } from "./connections.js" */

export const KEPT = 5000; // events that the page keeps
const REMEMBERED = 500; // closes and Blobs of the page's own sockets that it remembers

/** One line of the inspector: an event, a message of several frames, or a notice. */
export class Row {
  /** @type {WireEvent | undefined} */
  event;
  /** @type {Row[] | undefined} The frames of a message that has more than one. */
  parts;
  /** @type {Row | undefined} The message that this frame is a part of. */
  message;
  /** @type {Connection | undefined} */
  conn;
  notice = ""; // a line of the page's own: what was lost, that numbers began again
  folded = true;
  stale = false; // the server's numbers have begun again since: it no longer knows this event
  version = 0; // rises with each change of what the row shows
  /** @type {{ mark: Mark, why: string } | undefined} What only the page knows of DevTools. */
  marked;

  /** @param {number} key */
  constructor(key) {
    this.key = key; // in order of arrival, never used twice
  }

  get first() {
    return this.event ?? this.parts?.[0]?.event;
  }

  get direction() {
    return this.first?.direction;
  }

  get control() {
    const opcode = this.event?.frame?.opcode ?? 0;
    return opcode >= 8;
  }

  get type() {
    const { event, parts } = this;
    if (event) return typeOf(event);
    return parts ? `${parts[0]?.event?.frame?.messageType ?? "message"} ×${parts.length}` : "";
  }

  get data() {
    if (this.event) return dataOf(this.event);
    return this.parts ? messageData(events(this.parts)) : this.notice;
  }

  get payload() {
    if (this.parts) return events(this.parts).reduce((n, e) => n + e.payloadLength, 0);
    return this.event?.payloadLength ?? 0;
  }

  get overhead() {
    if (this.parts) return events(this.parts).reduce((n, e) => n + e.overhead, 0);
    return this.event?.overhead ?? 0;
  }

  get devtools() {
    const { event, parts } = this;
    if (this.marked) return this.marked;
    if (event) return { mark: event.devtools, why: event.devtoolsWhy ?? "" };
    const e = parts?.[0]?.event;
    if (!e) return undefined;
    if (e.devtools === "hidden") return { mark: e.devtools, why: e.devtoolsWhy ?? "" };
    return { mark: /** @type {const} */ ("shown"), why: "DevTools shows the message as one row, however many frames it took." };
  }

  /** @returns {boolean} */
  get broken() {
    return (this.event?.violations?.length ?? 0) > 0 || this.parts?.some((p) => p.broken) === true;
  }
}

/** @param {Row[]} rows */
function events(rows) {
  return rows.flatMap((row) => (row.event ? [row.event] : []));
}

/** @type {Test} */
const everything = () => true;

export class Model {
  /** @type {Map<number, Connection>} */
  conns = new Map();
  paused = false;
  gone = 0; // events that the page let go of to stay within KEPT
  missed = 0; // events that arrived for a paused page and were let go of
  matching = 0; // rows that the filter lets through
  hidden = 0; // control frames that the page does not show because it was asked not to
  version = 0; // rises with each change

  #key = 0;
  #kept = 0;
  #limit;
  /** @type {Row[]} top-level rows in order of arrival */
  #rows = [];
  /** @type {Item[]} */
  #waiting = [];
  /** @type {Map<string, Row>} the newest row of each message that may still grow */
  #growing = new Map();
  /** @type {Test} */
  #filter = everything;
  /** @type {number | undefined} */
  #tab;
  #hideControl = false;
  /** @type {Map<string, PageClose>} */
  #closes = new Map();
  /** @type {Set<string>} */
  #blobs = new Set();
  #totals = nothing();
  /** @type {number | undefined} bytes of the newest request head that a page of this wire sent */
  #requestHead;
  /** @type {Row[]} */
  #visible = [];
  #visibleVersion = -1;

  /** @param {number} [limit] */
  constructor(limit = KEPT) {
    this.#limit = limit;
  }

  /**
   * add takes what came from the feed. A paused model keeps it waiting.
   * @param {Item[]} items
   * @returns {Row[]} the rows that are new
   */
  add(items) {
    if (this.paused) {
      this.#waiting.push(...items);
      const over = this.#waiting.length - this.#limit;
      if (over > 0) {
        this.#waiting.splice(0, over);
        this.missed += over;
      }
      this.version++;
      return [];
    }
    /** @type {Row[]} */
    const added = [];
    for (const item of items) {
      const row = item.kind === "lost" ? this.#notice(lostNotice(item.count)) : this.#event(item);
      added.push(row);
    }
    this.#trim();
    this.version++;
    return added;
  }

  get waiting() {
    return this.#waiting.length + this.missed;
  }

  pause() {
    this.paused = true;
    this.version++;
  }

  resume() {
    this.paused = false;
    const waiting = this.#waiting;
    const missed = this.missed;
    this.#waiting = [];
    this.missed = 0;
    if (missed > 0) waiting.unshift({ kind: "lost", count: missed });
    return this.add(waiting);
  }

  /** restart is told when the server's numbers begin again: connections are new ones too. */
  restart() {
    for (const row of this.#rows) {
      row.stale = true;
      for (const part of row.parts ?? []) part.stale = true;
    }
    this.#growing.clear();
    this.conns.clear();
    this.#tab = undefined;
    this.#notice("The server started again: its numbers begin at 1.");
    this.version++;
  }

  /** clear empties the page's rows and its sums; the server's log stays as it is. */
  clear() {
    this.#rows = [];
    this.#waiting = [];
    this.#kept = 0;
    this.gone = 0;
    this.missed = 0;
    this.#totals = nothing();
    this.#growing.clear();
    for (const [number, conn] of this.conns) {
      conn.rows = 0;
      conn.totals = nothing();
      if (!conn.open) this.conns.delete(number);
    }
    if (this.#tab !== undefined && !this.conns.has(this.#tab)) this.#tab = undefined;
    this.version++;
  }

  /** @param {Test | undefined} test */
  set filter(test) {
    this.#filter = test ?? everything;
    this.version++;
  }

  get filtered() {
    return this.#filter !== everything;
  }

  get tab() {
    return this.#tab;
  }

  /** @param {number | undefined} conn */
  set tab(conn) {
    this.#tab = conn;
    this.version++;
  }

  get hideControl() {
    return this.#hideControl;
  }

  /** @param {boolean} hide */
  set hideControl(hide) {
    this.#hideControl = hide;
    this.version++;
  }

  /**
   * fold shows or hides the frames of a message, and says whether that changed anything.
   * @param {Row} row
   * @param {boolean} folded
   */
  fold(row, folded) {
    if (row.parts === undefined || row.folded === folded) return false;
    row.folded = folded;
    row.version++;
    this.version++;
    return true;
  }

  /** How many events the page keeps. */
  get size() {
    return this.#kept;
  }

  /** rows is what is to be seen, in order. */
  get rows() {
    if (this.#visibleVersion === this.version) return this.#visible;
    this.#visibleVersion = this.version;
    /** @type {Row[]} */
    const out = [];
    this.hidden = 0;
    this.matching = 0;
    for (const row of this.#rows) {
      if (!this.passes(row)) continue;
      this.matching++;
      if (this.#hideControl && row.control) {
        this.hidden++;
        continue;
      }
      out.push(row);
      if (row.parts && !row.folded) out.push(...row.parts);
    }
    this.#visible = out;
    return out;
  }

  /**
   * totals of the chosen tab.
   * @returns {Totals}
   */
  get totals() {
    if (this.#tab === undefined) return this.#totals;
    return this.conns.get(this.#tab)?.totals ?? nothing();
  }

  /**
   * asRequests is how many bytes the messages sent up would have taken as HTTP requests, each with
   * a head as long as the one measured on this wire; undefined if none was measured.
   */
  get asRequests() {
    const { messages, payload } = this.totals.up;
    if (this.#requestHead === undefined || messages === 0) return undefined;
    return { head: this.#requestHead, messages, size: messages * this.#requestHead + payload };
  }

  /**
   * closed notes what a page's own WebSocket said when it closed.
   * @param {PageClose} close
   */
  closed(close) {
    this.#closes.set(close.socket, close);
    bound(this.#closes);
    for (const conn of this.conns.values()) this.#match(conn);
    this.version++;
  }

  /**
   * sentBlob notes that a socket's message was a Blob, which the wire alone can't tell.
   * @param {string} socket
   * @param {number} message
   */
  sentBlob(socket, message) {
    this.#blobs.add(`${socket} ${message}`);
    bound(this.#blobs);
    for (const row of this.#rows) {
      if (row.event) this.#markBlob(row, row.event);
    }
    this.version++;
  }

  /**
   * find returns the row of the frame that began a message.
   * @param {string} socket
   * @param {"up" | "down"} direction
   * @param {number} message
   */
  find(socket, direction, message) {
    return this.#rows.findLast((row) => {
      const e = row.first;
      return (
        e?.direction === direction &&
        e.frame?.message === message &&
        row.conn?.socket === socket
      );
    });
  }

  /**
   * numbered returns the row of the event with this number.
   * @param {number} seq
   */
  numbered(seq) {
    const has = (/** @type {Row} */ row) => row.event?.seq === seq && !row.stale;
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      const row = this.#rows[i];
      if (row && has(row)) return row;
      const part = row?.parts?.find(has);
      if (part) return part;
    }
    return undefined;
  }

  /**
   * @param {WireEvent} e
   * @returns {Row} the new row
   */
  #event(e) {
    const row = new Row(++this.#key);
    row.event = e;
    this.#kept++;
    let conn = this.conns.get(e.conn);
    if (conn === undefined) {
      conn = new Connection(e.conn);
      this.conns.set(e.conn, conn);
    }
    conn.add(e);
    conn.rows++;
    row.conn = conn;
    this.#match(conn);
    count(this.#totals, e);
    if (e.kind === "request" && e.driver === "page") this.#requestHead = e.overhead;
    if (!this.#join(row, e)) this.#rows.push(row);
    this.#markBlob(row, e);
    return row;
  }

  /**
   * join puts a frame to the message that it is a part of.
   * @param {Row} row
   * @param {WireEvent} e
   */
  #join(row, e) {
    const { frame } = e;
    if (frame?.message === undefined || (frame.part === 1 && frame.fin)) return false;
    const key = `${e.conn} ${e.direction} ${frame.message}`;
    const before = this.#growing.get(key);
    if (frame.fin) this.#growing.delete(key);
    if (before === undefined) {
      if (!frame.fin) this.#growing.set(key, row);
      return false;
    }
    this.#grow(before, row);
    return true;
  }

  /**
   * grow adds a frame to a message. The row of its first frame becomes the row of the message.
   * @param {Row} message
   * @param {Row} row
   */
  #grow(message, row) {
    if (message.parts === undefined) {
      const first = new Row(++this.#key);
      first.event = message.event;
      first.conn = message.conn;
      first.marked = message.marked;
      first.message = message;
      message.event = undefined;
      message.parts = [first];
    }
    row.message = message;
    message.parts.push(row);
    message.version++;
  }

  /** @param {string} text */
  #notice(text) {
    const row = new Row(++this.#key);
    row.notice = text;
    this.#rows.push(row);
    return row;
  }

  /** trim lets go of the oldest rows above the limit; of the last one, its oldest frames. */
  #trim() {
    let n = 0;
    while (this.#kept > this.#limit && n < this.#rows.length - 1) this.#leave(this.#rows[n++]);
    this.#rows.splice(0, n);
    const last = this.#rows[0];
    if (this.#kept > this.#limit && last?.parts) {
      for (const part of last.parts.splice(0, this.#kept - this.#limit)) this.#leave(part);
      last.version++;
    }
  }

  /** @param {Row | undefined} row */
  #leave(row) {
    for (const part of row?.parts ?? []) this.#leave(part);
    if (row?.event === undefined) return;
    this.#kept--;
    this.gone++;
    const { conn } = row;
    if (conn === undefined || --conn.rows > 0 || conn.open || conn.number === this.#tab) return;
    if (this.conns.get(conn.number) === conn) this.conns.delete(conn.number);
  }

  /**
   * passes says whether the filter, and the chosen tab, let a row through.
   * @param {Row} row
   */
  passes(row) {
    const e = row.first;
    if (e === undefined) return !this.filtered && this.#tab === undefined;
    if (this.#tab !== undefined && (e.conn !== this.#tab || row.stale)) return false;
    return row.parts ? events(row.parts).some(this.#filter) : this.#filter(e);
  }

  /** @param {Connection} conn */
  #match(conn) {
    if (conn.socket !== undefined) conn.pageClose = this.#closes.get(conn.socket);
  }

  /**
   * @param {Row} row
   * @param {WireEvent} e
   */
  #markBlob(row, e) {
    if (row.marked !== undefined || this.#blobs.size === 0 || e.frame?.part !== 1 || e.direction !== "up") return;
    const socket = row.conn?.socket;
    if (socket === undefined || !this.#blobs.has(`${socket} ${e.frame.message}`)) return;
    row.marked = { mark: "empty", why: "The page sent a Blob. DevTools draws its row without data; the bytes crossed all the same." };
    row.version++;
  }
}

/** @param {number} n */
function lostNotice(n) {
  return n === 1
    ? "1 event had left the server's log before the page could read it."
    : `${number(n)} events had left the server's log before the page could read them.`;
}

/**
 * bound lets go of the oldest of what is remembered.
 * @param {Map<string, unknown> | Set<string>} remembered
 */
function bound(remembered) {
  for (const key of remembered.keys()) {
    if (remembered.size <= REMEMBERED) return;
    remembered.delete(key);
  }
}
