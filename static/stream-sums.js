// The chunks of event streams, from the wire's exchanges: what each of them carried and cost, and
// what of it makes an event. No DOM.
import { parse, utf8 } from "./hex.js";
import { SseReader } from "./sse.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */
/** @import { Piece } from "./sse.js" */
/** @import { Bar, Lane } from "./timeline-scale.js" */

/**
 * @typedef {{ event: WireEvent, size: string, text: string, data: number, framing: number, pieces: Piece[], half: boolean, last: boolean }} Chunk
 *   size is the line before the data, as it crossed; data and framing count bytes; half says that
 *   an event has begun in it, or before, that it does not end.
 */

/**
 * chunksOf reads the chunks of an answer.
 * @param {Exchange} x
 * @returns {Chunk[]}
 */
export function chunksOf(x) {
  const reader = new SseReader();
  return x.bodies.map((event) => {
    const bytes = parse(event.bytes);
    const from = event.body?.offset ?? 0;
    const text = utf8(bytes.slice(from, from + (event.body?.length ?? 0))) ?? "";
    const size = (utf8(bytes.slice(0, from)) ?? "").replace(/\r\n$/, "");
    const last = event.body?.last === true;
    return { event, size: last && size === "" ? "0" : size, text, data: event.payloadLength, framing: event.overhead, pieces: reader.feed(text), half: reader.pending, last };
  });
}

/**
 * lastEventId is what a request said it had last.
 * @param {Exchange} x
 */
export function lastEventId(x) {
  return x.request.http?.fields.find((f) => f.name.toLowerCase() === "last-event-id")?.value;
}

/**
 * sums are the figures of the lab.
 * @param {Exchange[]} streams
 * @param {Exchange[]} messages requests upstream
 */
export function sums(streams, messages) {
  const chunks = streams.flatMap(chunksOf);
  const ids = new Set(chunks.flatMap((c) => c.pieces.flatMap((p) => (p.kind === "event" ? [p.id] : []))));
  const heads = streams.reduce((n, x) => n + x.up + (x.response?.size ?? 0), 0);
  const body = chunks.reduce((n, c) => n + c.event.size, 0);
  return {
    answers: streams.filter((x) => x.status === 200).length,
    chunks: chunks.filter((c) => !c.last).length,
    events: ids.size,
    heads,
    body,
    up: messages.reduce((n, x) => n + x.up + x.down, 0),
    messages: messages.length,
  };
}

/**
 * gaps are the numbers that no answer carried, between the first event that one did and the last.
 * @param {Exchange[]} streams
 */
export function gaps(streams) {
  const ids = streams.flatMap(chunksOf).flatMap((c) => c.pieces.flatMap((p) => (p.kind === "event" ? [Number(p.id)] : [])));
  if (ids.length === 0) return [];
  const has = new Set(ids);
  /** @type {number[]} */
  const missing = [];
  for (let id = Math.min(...ids); id < Math.max(...ids); id++) if (!has.has(id)) missing.push(id);
  return missing;
}

/**
 * lanes draws events, answers and messages.
 * @param {{ id: number, at: number, text: string }[]} happened
 * @param {Exchange[]} streams
 * @param {Exchange[]} messages
 * @returns {Lane[]}
 */
export function lanes(happened, streams, messages) {
  const mine = streams.filter((x) => x.driver === "page");
  const others = streams.filter((x) => x.driver !== "page");
  /** @type {Lane[]} */
  const list = [
    { name: "on the server", bars: happened.map((e) => ({ from: e.at, kind: "event", title: `Event ${e.id}, “${e.text}”` })) },
    { name: "your EventSource", bars: mine.flatMap(streamBars) },
  ];
  if (others.length > 0) list.push({ name: "a terminal", bars: others.flatMap(streamBars) });
  list.push({ name: "upstream", bars: messages.flatMap(messageBars) });
  return list;
}

/**
 * @param {Exchange} x
 * @returns {Bar[]}
 */
function streamBars(x) {
  const seq = x.request.seq;
  const has = lastEventId(x);
  const asked = has === undefined ? "without Last-Event-ID" : `Last-Event-ID: ${has}`;
  /** @type {Bar[]} */
  const bars = [{ from: x.at, kind: "ask", title: asked, seq }];
  if (x.status === 200 && x.answered !== undefined) {
    bars.push({ from: x.answered, to: x.ended, kind: "stream", label: has === undefined ? undefined : asked, title: "one answer", seq: x.response?.seq });
  }
  if (x.status === 204) bars.push({ from: x.ended ?? x.at, kind: "empty", title: "204 No Content: no more", seq: x.response?.seq });
  else if (x.cut && x.ended !== undefined) bars.push({ from: x.ended, kind: "error", title: "the connection ended without a last chunk" });
  else if (x.status !== undefined && x.status >= 400) bars.push({ from: x.ended ?? x.at, kind: "error", title: `refused with ${x.status}`, seq: x.response?.seq });
  return bars;
}

/**
 * @param {Exchange} x
 * @returns {Bar[]}
 */
function messageBars(x) {
  return [{ from: x.at, ...(x.open ? {} : { to: x.ended }), kind: x.status !== undefined && x.status >= 400 ? "error" : "ask", title: `POST, answered ${x.status ?? "not yet"}`, seq: x.request.seq }];
}
