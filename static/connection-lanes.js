// Requests as bars on the connections that carried them: counted and timed from the wire's events.

/** @import { Exchange } from "./exchanges.js" */
/** @import { Times } from "./timeline-scale.js" */
/** @import { Item } from "./event-types.js" */

const SHORTEST = 400; // milliseconds that the picture shows at least

/** Ends knows when connections were opened and closed, as the wire told it. */
export class Ends {
  /** @type {Map<number, { at: number, fresh: boolean }>} fresh: for the request that follows, and not before */
  opened = new Map();
  /** @type {Map<number, { at: number, seq: number, who: string }>} */
  closed = new Map();

  /** @param {Item} item */
  add(item) {
    if (item.kind === "open") this.opened.set(item.conn, { at: item.at, fresh: item.note === undefined });
    if (item.kind === "close") this.closed.set(item.conn, { at: item.at, seq: item.seq, who: item.close?.tcp ?? "closed" });
  }
}

/**
 * lanesOf puts each request on the lane of its connection, connections in order of appearance.
 * @param {Exchange[]} list
 * @param {Ends} ends
 * @param {(x: Exchange) => string | undefined} [label]
 * @returns {Times}
 */
export function lanesOf(list, ends, label = () => undefined) {
  /** @type {Map<number, import("./timeline-scale.js").Bar[]>} */
  const lanes = new Map();
  let to = 0;
  for (const x of list) {
    const bars = lanes.get(x.conn) ?? [];
    lanes.set(x.conn, bars);
    const title = `${x.method} ${x.target.split("?", 1)[0]}${x.status === undefined ? "" : `, ${x.status}`}`;
    bars.push({ from: x.at, to: x.ended, kind: x.open ? "wait" : x.cut ? "error" : "delivered", label: label(x), title, seq: x.request.seq });
    to = Math.max(to, x.at, x.ended ?? 0);
  }
  const from = Math.min(...list.map((x) => x.at));
  for (const [conn, bars] of lanes) {
    const end = ends.closed.get(conn);
    if (end === undefined) continue;
    bars.push({ from: end.at, kind: "event", title: end.who, seq: end.seq });
    // An idle connection may be closed much later: that is no part of the picture.
    if (end.at < to + SHORTEST) to = Math.max(to, end.at);
  }
  if (list.length === 0) return { from: 0, to: SHORTEST, lanes: [] };
  const named = [...lanes].map(([conn, bars]) => ({ name: `connection #${conn}`, bars }));
  return { from, to: Math.max(to, from + SHORTEST), lanes: named };
}

/**
 * tally counts what lanes show.
 * @param {Exchange[]} list
 * @param {Ends} ends
 */
export function tally(list, ends) {
  const conns = new Set(list.map((x) => x.conn));
  const first = Math.min(...list.map((x) => x.at));
  return {
    requests: list.length,
    connections: conns.size,
    fresh: [...conns].filter((conn) => ends.opened.get(conn)?.fresh).length,
    closed: [...conns].filter((conn) => ends.closed.has(conn)).length,
    up: list.reduce((n, x) => n + x.up, 0),
    down: list.reduce((n, x) => n + x.down, 0),
    took: list.length === 0 ? 0 : Math.max(...list.map((x) => x.ended ?? x.at)) - first,
    most: mostAtOnce(list),
  };
}

/**
 * mostAtOnce is how many requests were without their answer at the same time.
 * @param {Exchange[]} list
 */
export function mostAtOnce(list) {
  const steps = list.flatMap((x) => [[x.at, 1], [x.ended ?? Infinity, -1]]);
  steps.sort(([a = 0, i = 0], [b = 0, j = 0]) => a - b || i - j);
  let open = 0;
  let most = 0;
  for (const [, step = 0] of steps) most = Math.max(most, (open += step));
  return most;
}
