// What became of each event of the Comet lab: counted from the wire's exchanges and the server's own
// list of what has happened. No DOM, and no number of the page's own.
import { utf8, parse } from "./hex.js";

/** @import { Exchange } from "./exchanges.js" */
/** @import { Bar, Lane } from "./timeline-scale.js" */

/**
 * @typedef {{ id: number, at: number, text: string }} Happened at: ms of the wire's clock
 * @typedef {"delivered" | "lost" | "open"} Fate
 * @typedef {Happened & { fate: Fate, delivered?: number | undefined, seq?: number | undefined }} Told
 */

/**
 * idsIn reads the numbers of the events that an answer carried.
 * @param {Exchange} x
 * @returns {number[]}
 */
export function idsIn(x) {
  if (x.status !== 200) return [];
  const text = x.bodies.map((e) => utf8(parse(e.bytes).slice(e.body?.offset ?? 0, (e.body?.offset ?? 0) + (e.body?.length ?? 0))) ?? "").join("");
  return [...text.matchAll(/"id":(\d+)/g)].map((m) => Number(m[1]));
}

/**
 * hasCursor says whether a request told which event it had last.
 * @param {Exchange} x
 */
export function hasCursor(x) {
  return /[?&]since=\d/.test(x.target);
}

/** @param {Exchange} x */
export function isThrough(x) {
  return /[?&]through=cutter(?:&|$)/.test(x.target);
}

/**
 * fates says what became of each event. One is lost when a later one has been delivered, or when
 * somebody who keeps no cursor has asked after it happened: nothing will bring it any more, as
 * long as nobody asks with one.
 * @param {Happened[]} events in their order
 * @param {Exchange[]} exchanges
 * @returns {Told[]}
 */
export function fates(events, exchanges) {
  /** @type {Map<number, Exchange>} */
  const by = new Map();
  let highest = 0;
  let asked = Number.NEGATIVE_INFINITY; // when the last request without a cursor came
  for (const x of exchanges) {
    for (const id of idsIn(x)) {
      if (!by.has(id)) by.set(id, x);
      highest = Math.max(highest, id);
    }
    if (!hasCursor(x)) asked = Math.max(asked, x.at);
  }
  return events.map((e) => {
    const x = by.get(e.id);
    if (x) return { ...e, fate: "delivered", delivered: x.ended ?? x.answered, seq: x.response?.seq };
    return { ...e, fate: e.id < highest || e.at < asked ? "lost" : "open" };
  });
}

/**
 * sums are the figures of the lab. A request that is still held has paid for no event yet, so its
 * bytes are not counted before its answer is over.
 * @param {Told[]} told
 * @param {Exchange[]} exchanges
 */
export function sums(told, exchanges) {
  const delivered = told.filter((e) => e.fate === "delivered");
  const over = exchanges.filter((x) => !x.open);
  const delays = delivered.flatMap((e) => (e.delivered === undefined ? [] : [Math.max(0, e.delivered - e.at)]));
  return {
    requests: exchanges.length,
    empty: over.filter((x) => x.status === 204).length,
    failed: over.filter((x) => x.status !== undefined && x.status >= 400).length,
    happened: told.length,
    delivered: delivered.length,
    lost: told.filter((e) => e.fate === "lost").length,
    bytes: over.reduce((n, x) => n + x.up + x.down, 0),
    delay: delays.length === 0 ? undefined : delays.reduce((a, b) => a + b, 0) / delays.length,
  };
}

/**
 * lanes draws events and requests.
 * @param {Told[]} told
 * @param {Exchange[]} exchanges
 * @returns {Lane[]}
 */
export function lanes(told, exchanges) {
  const terminal = exchanges.filter((x) => x.driver !== "page");
  const list = [
    { name: "on the server", bars: told.map(eventBar) },
    { name: "your page", bars: exchanges.filter((x) => x.driver === "page").flatMap(exchangeBars) },
  ];
  if (terminal.length > 0) list.push({ name: "a terminal", bars: terminal.flatMap(exchangeBars) });
  return list;
}

/**
 * @param {Told} e
 * @returns {Bar}
 */
function eventBar(e) {
  const title = `Event ${e.id}, “${e.text}”`;
  if (e.fate === "lost") return { from: e.at, kind: "lost", title: `${title}: no answer carried it` };
  return { from: e.at, kind: "event", title, seq: e.seq };
}

/**
 * exchangeBars draws a request as it is held, and how it ended.
 * @param {Exchange} x
 * @returns {Bar[]}
 */
function exchangeBars(x) {
  const { seq } = x.request;
  const asked = `${hasCursor(x) ? `since=${/[?&]since=(\d+)/.exec(x.target)?.[1]}` : "no cursor"}${isThrough(x) ? ", through the intermediary" : ""}`;
  if (x.open || x.ended === undefined) return [{ from: x.at, kind: "wait", label: asked, title: asked, seq }];
  /** @type {Bar[]} */
  const bars = [{ from: x.at, to: x.ended, kind: "wait", label: asked, title: asked, seq }];
  const response = x.response?.seq;
  const ids = idsIn(x);
  if (ids.length > 0) bars.push({ from: x.ended, kind: "delivered", title: ids.length === 1 ? `event ${ids[0]}` : `events ${ids[0]} to ${ids.at(-1)}`, seq: response });
  else if (x.status === 204) bars.push({ from: x.ended, kind: "empty", title: "204 No Content", seq: response });
  else if (x.status === undefined) bars.push({ from: x.ended, kind: "error", title: "the client left before an answer came" });
  else bars.push({ from: x.ended, kind: "error", title: `${x.status} ${x.response?.http?.reason ?? ""}`.trim(), seq: response });
  return bars;
}
