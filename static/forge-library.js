// What a library lets through: the same bytes sent to the mirror and to a library, frame by frame.
// Computed from the events of both connections. No DOM.
import { plural } from "./format.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Heard } from "./forge-types.js" */

/**
 * @typedef {"let pass" | "merged" | "hid" | "refused" | ""} LibraryMark
 * @typedef {{ sent: WireEvent, mirror: string, library: string, mark: LibraryMark, why: string }} Compared
 */

/** @type {(e: WireEvent) => boolean} */
const isData = ({ frame }) => frame !== undefined && frame.opcode < 8;
const GONE = "gone by then";

/**
 * compare lays both conversations beside each other, a row for each frame that was sent.
 * @param {Heard} mirror
 * @param {Heard} library
 * @returns {Compared[]}
 */
export function compare(mirror, library) {
  const [strict, loose] = [new Side(mirror), new Side(library)];
  // Whoever closes first reads less: the other's connection has the rest.
  const rows = Math.max(strict.up.length, loose.up.length);
  return Array.from({ length: rows }, (_, i) => {
    const sent = /** @type {WireEvent} */ (wholer(loose.up[i], strict.up[i]));
    return { sent, mirror: strict.says(i), library: loose.says(i), ...judge(i, sent, loose) };
  });
}

/**
 * @param {WireEvent | undefined} a
 * @param {WireEvent | undefined} b
 */
function wholer(a, b) {
  if (a === undefined || b === undefined) return a ?? b;
  return b.size > a.size ? b : a;
}

/**
 * @param {number} i
 * @param {WireEvent} sent
 * @param {Side} side of the library
 * @returns {{ mark: LibraryMark, why: string }}
 */
function judge(i, sent, side) {
  const broken = [...new Set((sent.violations ?? []).map((v) => v.rule))];
  if (i > side.failed || side.up[i] === undefined) return { mark: "", why: "The library had closed by then." };
  if (i === side.failed) return { mark: "refused", why: broken.length > 0 ? `It breaks ${broken.join(" and ")}, and the library closed.` : "The library closed here." };
  if (broken.length > 0) return { mark: "let pass", why: `It breaks ${broken.join(" and ")}, and the library took it.` };
  const { frame } = sent;
  if (frame === undefined) return { mark: "", why: "" };
  if (frame.type === "ping" || frame.type === "pong") {
    return { mark: "hid", why: `${frame.type === "ping" ? "The library answered by itself" : "The library dropped it"}: the program behind it was told nothing.` };
  }
  const reply = side.reply(i);
  if (isData(sent) && reply && reply.of > 1 && reply.frames < reply.of) {
    return { mark: "merged", why: `${plural(reply.of, "frame")} came, one message was handed on, ${plural(reply.frames, "frame")} went back.` };
  }
  return { mark: "", why: "" };
}

/** Side is one of the two conversations, sorted. */
class Side {
  /** @type {WireEvent[]} frames and other bytes that were sent */
  up;
  /** @type {WireEvent[]} */
  #data;
  /** @type {WireEvent[]} */
  #pongs;
  /** @type {WireEvent | undefined} */
  #close;
  /** @type {number[]} the message that each sent frame is of, or -1 */
  #message = [];
  /** @type {number[][]} the rows of each message */
  #rows = [];
  /** @type {WireEvent[][]} what came back, by messages */
  #replies = [];
  failed = Number.POSITIVE_INFINITY; // the row at which it ended the conversation for a fault

  /** @param {Heard} heard */
  constructor({ answer, events }) {
    this.up = events.filter((e) => e.direction === "up" && (e.kind === "frame" || e.kind === "bytes"));
    const down = events.filter((e) => e.direction === "down" && e.kind === "frame");
    this.#data = down.filter(isData);
    this.#pongs = down.filter((e) => e.frame?.type === "pong");
    this.#close = down.find((e) => e.frame?.type === "close");
    this.#sort();
    this.#fail(answer.ended !== "open");
  }

  #sort() {
    let open = false;
    this.up.forEach((e, i) => {
      if (!isData(e)) {
        this.#message.push(-1);
        return;
      }
      if (!open || e.frame?.opcode !== 0) this.#rows.push([]);
      this.#rows.at(-1)?.push(i);
      this.#message.push(this.#rows.length - 1);
      open = e.frame?.fin === false;
    });
    open = false;
    for (const e of this.#data) {
      if (!open) this.#replies.push([]);
      this.#replies.at(-1)?.push(e);
      open = e.frame?.fin === false;
    }
  }

  /**
   * fail finds the row at which it closed for a fault: the first that breaks a rule behind all that
   * it answered. A close frame that answers one of ours is no fault; to close TCP without any is.
   * @param {boolean} ended whether the server ended the connection
   */
  #fail(ended) {
    const goodbye = this.up.find((e) => e.frame?.type === "close");
    const code = this.#close?.frame?.close?.code;
    if (this.#close ? code === undefined || code === goodbye?.frame?.close?.code || code < 1002 : !ended || goodbye !== undefined) return;
    let passed = -1;
    for (const [m, reply] of this.#replies.entries()) if (reply.at(-1)?.frame?.fin) passed = Math.max(passed, this.#rows[m]?.at(-1) ?? -1);
    let pongs = this.#pongs.length;
    this.up.forEach((e, i) => {
      if (e.frame?.type === "ping" && pongs-- > 0) passed = Math.max(passed, i);
    });
    const later = this.up.map((_, i) => i).filter((i) => i > passed);
    const first = later.find((i) => (this.up[i]?.violations ?? []).length > 0) ?? later[0];
    if (first !== undefined) this.failed = first;
  }

  /**
   * reply is what came back for the message that a row is of.
   * @param {number} i
   */
  reply(i) {
    const m = this.#message[i] ?? -1;
    const reply = this.#replies[m];
    return reply && { of: this.#rows[m]?.length ?? 0, frames: reply.length, reply, part: this.#rows[m]?.indexOf(i) ?? 0 };
  }

  /**
   * says what came back for a row, in words.
   * @param {number} i
   */
  says(i) {
    const e = this.up[i];
    if (e === undefined || i > this.failed) return GONE;
    if (i === this.failed) return this.#closeWords();
    if (e.frame === undefined) return "nothing";
    if (e.frame.type === "close") return this.#close ? this.#closeWords() : "nothing";
    if (e.frame.type === "ping") return "a pong";
    if (!isData(e)) return "nothing";
    const found = this.reply(i);
    if (found === undefined) return "nothing";
    if (found.frames === 1 && found.of > 1) return found.part === found.of - 1 ? `one frame for all ${found.of}, ${bytes(found.reply[0])}` : "nothing yet";
    const back = found.reply[found.part];
    return back ? `the same frame, ${bytes(back)}` : "nothing";
  }

  #closeWords() {
    if (this.#close === undefined) return "TCP closed, without a close frame";
    const said = this.#close?.frame?.close;
    if (said === undefined) return "a close without a code";
    return `close ${said.code}${said.name ? ` ${said.name}` : ""}${said.reason ? ` “${said.reason}”` : ""}`;
  }
}

/** @param {WireEvent | undefined} e */
function bytes(e) {
  return plural(e?.payloadLength ?? 0, "byte");
}
