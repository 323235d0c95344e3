// The lower half of the inspector: one row opened, from its sentence down to its last bit.
import { BitPicture } from "./bit-picture.js";
import { closePanel } from "./close-panel.js";
import { decoderLink } from "./decode-link.js";
import { deflateView, negotiationView } from "./deflate-view.js";
import { measuredIn } from "./devtools.js";
import { button, el } from "./dom.js";
import { FieldTable, refLink } from "./field-table.js";
import { plural } from "./format.js";
import { HeadView } from "./head-view.js";
import { parse, utf8 } from "./hex.js";
import { HexView } from "./hex-view.js";
import { Linked } from "./linked.js";
import { MaskTable } from "./mask-table.js";

/** @import { Field, Violation, WireEvent } from "./event-types.js" */
/** @import { Source } from "./log-view.js" */
/** @import { Row } from "./model.js" */

/**
 * @typedef {{ offset: number, want?: string, came?: string }} Pointed
 *   a byte of an event that somebody points at, and what was expected there
 */

const MARGIN = 16; // pixels above what is brought into sight
const PICTURED = 32; // bytes of text that the bit picture shows well enough by itself

export class Details {
  root = el("section", { class: "details", "aria-label": "The row that you chose", tabindex: "-1" });
  #dissections;
  #people;
  #choose;
  /** @type {Row | undefined} */
  #row;
  #version = -1;
  #pageClose = false;
  /** @type {AbortController | undefined} for the fetch under way */
  #asking;
  /** @type {AbortController | undefined} for the views on screen */
  #views;
  /** @type {Linked | undefined} */
  #linked;
  /** @type {Pointed | undefined} */
  #pointed;

  /**
   * @param {Source} dissections
   * @param {(row: Row) => void} choose opens another row
   * @param {() => void} back returns to the rows
   * @param {AbortSignal} signal
   * @param {Record<string, string>} [people] who drives, by driver
   */
  constructor(dissections, choose, back, signal, people = PEOPLE) {
    this.#people = people;
    this.#dissections = dissections;
    this.#choose = choose;
    this.root.addEventListener(
      "keydown",
      (e) => {
        if (e.key !== "Escape") return;
        e.preventDefault();
        if (!this.#linked?.unpin()) back();
      },
      { signal },
    );
    signal.addEventListener("abort", () => {
      this.#asking?.abort();
      this.#views?.abort();
    });
    this.#hint();
  }

  /** Whether the reader is at work in what is shown. */
  get held() {
    return this.root.contains(document.activeElement) || this.#linked?.pinned === true;
  }

  /** focus goes to the first part of what is shown. */
  focus() {
    const first = this.root.querySelector('[tabindex="0"], a, button:not([tabindex="-1"])');
    (first instanceof HTMLElement ? first : this.root).focus({ preventScroll: true });
  }

  /**
   * show opens a row, and follows what becomes of it.
   * @param {Row | undefined} row
   */
  show(row) {
    const closed = row?.conn?.pageClose !== undefined;
    if (row === this.#row && row?.version === this.#version && closed === this.#pageClose) return;
    const other = row !== this.#row;
    if (other) this.#pointed = undefined;
    this.#row = row;
    this.#version = row?.version ?? -1;
    this.#pageClose = closed;
    this.#asking?.abort();
    if (row === undefined) this.#hint();
    else if (row.notice) this.#notice(row.notice, other);
    else if (row.parts) this.#put(this.#message(row), other);
    else if (row.event) void this.#ask(row, row.event, other);
  }

  /**
   * point marks a byte of the row that is shown.
   * @param {Pointed} pointed
   */
  point(pointed) {
    this.#pointed = pointed;
    this.#version = -1;
    this.show(this.#row);
  }

  /** light shows the byte that is pointed at, wherever the row's bytes stand. */
  #light() {
    if (this.#pointed === undefined || this.#linked === undefined) return;
    this.#linked.unpin();
    this.#linked.lightBytes(this.#pointed.offset);
    this.#linked.pin();
    // Into sight in here, and nowhere else: the page must stay where the reader is.
    const note = this.root.querySelector(".pointed");
    if (note) this.root.scrollTop += note.getBoundingClientRect().top - this.root.getBoundingClientRect().top - MARGIN;
  }

  #hint() {
    this.#leave();
    this.#put([el("p", { class: "hint" }, "Choose a row to read it bit by bit.")], true);
  }

  /**
   * @param {string} text
   * @param {boolean} other
   */
  #notice(text, other) {
    this.#leave();
    this.#put([el("p", { class: "say" }, text)], other);
  }

  /** leave lets go of the views on screen. */
  #leave() {
    this.#views?.abort();
    this.#views = undefined;
    this.#linked = undefined;
  }

  /**
   * ask fetches the dissection. If there is none, the page shows what it has.
   * @param {Row} row
   * @param {WireEvent} event
   * @param {boolean} other
   */
  async #ask(row, event, other) {
    if (row.stale) {
      this.#put(this.#event(row, event, "The server started again since, and no longer knows this event. This is what the page kept."), other);
      return;
    }
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.root.setAttribute("aria-busy", "true");
    try {
      const whole = await this.#dissections.get(event.seq, signal);
      if (!signal.aborted) this.#put(this.#event(row, whole), other);
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof TypeError ? "The server does not answer." : error instanceof Error ? error.message : "";
      this.#put(this.#event(row, event, `${why} This is what the page kept.`), other);
    } finally {
      if (!signal.aborted) this.root.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {(Node | string)[]} content
   * @param {boolean} other whether it is another row than before
   */
  #put(content, other) {
    const held = this.root.contains(document.activeElement) && document.activeElement !== this.root;
    this.root.replaceChildren(...content);
    if (other) this.root.scrollTop = 0;
    this.#light();
    if (held) this.focus();
  }

  /**
   * A message of several frames: what it is, and its frames to choose from.
   * @param {Row} row
   */
  #message(row) {
    this.#leave();
    const parts = row.parts ?? [];
    const events = parts.flatMap((part) => (part.event ? [part.event] : []));
    const last = events.at(-1);
    const list = el("ol", { class: "partlist" });
    parts.slice(0, 200).forEach((part, i) => {
      const { frame } = part.event ?? {};
      list.append(
        el("li", {}, button(`Frame ${i + 1}`, () => this.#choose(part), { class: "link" }), ` ${frame?.type ?? ""}, FIN ${frame?.fin ? 1 : 0}, ${plural(part.overhead, "byte")} of header, ${plural(part.payload, "byte")} of payload`),
      );
    });
    const more = parts.length > 200 ? [el("p", { class: "rest" }, `… and ${plural(parts.length - 200, "more frame")}. Unfold the row to reach them.`)] : [];
    const text = `One ${last?.frame?.messageType ?? ""} message, sent once and cut into ${plural(parts.length, "frame")}: ${plural(row.payload, "byte")} of payload, ${plural(row.overhead, "byte")} of header.${last?.frame?.fin ? "" : " Its last frame has not come."}`;
    return present([say(row, last, text, this.#people), devtools(row), last?.frame?.inflated && deflateView(last, row.conn), list, ...more, elsewhere(events)]);
  }

  /**
   * @param {Row} row
   * @param {WireEvent} event
   * @param {string} [trouble]
   */
  #event(row, event, trouble) {
    this.#leave();
    this.#views = new AbortController();
    const { signal } = this.#views;
    const linked = new Linked(event.fields ?? keptFields(event));
    this.#linked = linked;
    return present([
      say(row, event, event.sentence ?? `${event.summary}.`, this.#people),
      trouble !== undefined && el("p", { class: "note" }, trouble),
      event.note !== undefined && el("p", { class: "note" }, event.note),
      event.place !== undefined && el("p", { class: "elsewhere" }, event.place),
      ...(event.violations ?? []).map(violation),
      devtools(row),
      ...this.#viewsOf(row, event, linked, signal),
      elsewhere([event]),
    ]);
  }

  /**
   * @param {Row} row
   * @param {WireEvent} event
   * @param {Linked} linked
   * @param {AbortSignal} signal
   * @returns {(Node | undefined | false)[]}
   */
  #viewsOf(row, event, linked, signal) {
    const { frame } = event;
    const pointed = this.#pointed && pointing(this.#pointed, event);
    const bytes = event.bytes !== "" && new HexView(event, linked, signal).root;
    const hex = pointed ? el("div", { class: "pointed-at" }, pointed, bytes) : bytes;
    const table = linked.fields.length > 0 && new FieldTable(event, linked, signal).root;
    const ended = row.conn?.kind === "WebSocket" && (event.kind === "close" || frame?.type === "close") && closePanel(row.conn);
    switch (event.kind) {
      case "frame":
        return [
          ended,
          frame?.compressed === true && deflateView(event, row.conn),
          new BitPicture(event, linked, signal).root,
          hex,
          frame?.masked === true && frame.payload !== "" && new MaskTable(event, linked, signal).root,
          longText(event),
          table,
        ];
      case "request":
      case "response":
        return [linked.fields.length > 0 ? new HeadView(event, linked, signal).root : undefined, shakes(event) && negotiationView(row.conn), hex];
      case "body":
        return [bodyText(event), hex, linked.fields.length > 1 && table];
      case "close":
        return [ended];
    }
    return [hex, table];
  }
}

/**
 * present leaves out what does not apply.
 * @param {(Node | undefined | false)[]} nodes
 */
function present(nodes) {
  return nodes.filter((node) => node !== undefined && node !== false);
}

/**
 * keptFields is what the page knows of an event's fields without the server: a frame's header, and
 * that the rest is payload.
 * @param {WireEvent} event
 * @returns {Field[]}
 */
function keptFields({ frame, bytes: hex }) {
  if (!frame?.fields) return [];
  const bit = frame.headerLength * 8;
  const bits = hex.length * 4 - bit;
  if (bits <= 0) return frame.fields;
  return [...frame.fields, { name: "payload data", bit, bits, value: frame.text ?? "", meaning: "", ref: "RFC 6455 §5.2" }];
}

/** @type {Record<string, string>} */
const PEOPLE = { page: "Your browser", terminal: "Your terminal", forge: "The forge", proxy: "The intermediary", probe: "The probe" };

/**
 * say is the first line: who spoke to whom, and what it was.
 * @param {Row} row
 * @param {WireEvent | undefined} event
 * @param {string} text
 * @param {Record<string, string>} people
 */
function say(row, event, text, people) {
  const client = people[event?.driver ?? ""] ?? "The client";
  const spoken = event?.kind !== "open" && event?.kind !== "close";
  const lead = row.direction === "up" ? `${client} → server.` : `Server → ${client.toLowerCase()}.`;
  return el("p", { class: "say" }, spoken && el("b", { class: `t-${row.direction}` }, lead), spoken && " ", ...withCode(text));
}

/**
 * withCode sets the bytes in a sentence in the face of bytes.
 * @param {string} text
 */
function withCode(text) {
  return text.split(/(\b[0-9a-f]{2}(?: [0-9a-f]{2}){3}\b)/).map((part, i) => (i % 2 === 1 ? el("code", {}, part) : part));
}

/**
 * shakes says whether a head belongs to an opening handshake.
 * @param {WireEvent} event
 */
function shakes({ http }) {
  return http?.status === 101 || (http?.status === undefined && http?.fields.some((f) => f.name.toLowerCase() === "sec-websocket-key") === true);
}

/**
 * elsewhere leads to the decoder with these events' bytes in it, or says why it can't.
 * @param {WireEvent[]} events
 */
function elsewhere(events) {
  const href = decoderLink(events);
  if (href === undefined) {
    const none = events.every((e) => e.bytes === "");
    return el("p", { class: "elsewhere" }, none ? "No byte crossed here, so the decoder has nothing to read." : "These are too many bytes for a link to the decoder. Open one frame of them.");
  }
  return el("p", { class: "elsewhere" }, el("a", { href, target: "_blank" }, "Open in decoder"), " (a new tab): change the bytes and see what they say then.");
}

/** @param {Row} row */
function devtools(row) {
  const { devtools: seen } = row;
  if (!seen) return undefined;
  return el("p", { class: "seen" }, el("span", { class: `tag ${seen.mark}` }, `DevTools: ${seen.mark}`), ` ${seen.why} `, row.first?.driver === "page" && el("span", { class: "measured" }, measuredIn(navigator.userAgent)));
}

/**
 * pointing says why a byte is marked.
 * @param {Pointed} pointed
 * @param {WireEvent} event
 */
function pointing({ offset, want, came }, event) {
  const beyond = offset >= event.bytes.length / 2;
  return el(
    "p",
    { class: "note pointed" },
    el("b", {}, `The exercise points at byte ${offset}. `),
    want ? el("span", {}, "Expected: ", el("code", {}, want), ". ") : undefined,
    came ? el("span", {}, "Came: ", el("code", {}, came), ". ") : undefined,
    beyond && (offset >= event.size ? "It lies behind the last byte." : "It lies behind the bytes that the log keeps."),
  );
}

/** @param {Violation} v */
function violation(v) {
  return el(
    "div",
    { class: "violation" },
    el("strong", {}, "Breaks a rule. "),
    v.detail,
    " ",
    v.text,
    " ",
    refLink(v.ref),
    el("span", { class: "where" }, `byte ${v.offset} of this event`),
  );
}

/**
 * longText is the payload as text where the picture is too small for it.
 * @param {WireEvent} event
 */
function longText(event) {
  const { frame } = event;
  if (!frame?.text || frame.compressed || frame.payloadLength <= PICTURED) return undefined;
  const raw = parse(event.bytes).subarray(frame.headerLength);
  const text = frame.masked ? frame.text : (wholeText(raw) ?? frame.text);
  const cut = new TextEncoder().encode(text).length < frame.payloadLength;
  return el("pre", { class: "payload", tabindex: "0", "aria-label": "The payload as text" }, cut ? `${text}…` : text);
}

/**
 * wholeText reads bytes as text, leaving out a character that the end cut in two.
 * @param {Uint8Array} bytes
 */
function wholeText(bytes) {
  for (let n = 0; n < 4; n++) {
    const text = utf8(bytes.subarray(0, bytes.length - n));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** @param {WireEvent} event */
function bodyText(event) {
  const { body } = event;
  if (!body || body.length === 0) return undefined;
  const text = wholeText(parse(event.bytes).subarray(body.offset, body.offset + body.length));
  return text === undefined ? undefined : el("pre", { class: "payload", tabindex: "0", "aria-label": "The body as text" }, text);
}
