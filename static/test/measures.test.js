// What the reader has measured: counted from the feed, kept, and said.
import assert from "node:assert/strict";
import test from "node:test";
import { inWords } from "../measures-words.js";
import { keepMeasured, measured, Tally } from "../measures.js";
import { frame, upgrade } from "./events.js";

const hex = (text) => Buffer.from(text).toString("hex");

function store() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

/** A request and its whole answer, as events seq, seq + 1 and, with a body, seq + 2. */
function exchange(seq, target, { status = 200, body, method = "GET", conn = 1, driver = "page" } = {}) {
  const base = { conn, exchange: seq, driver, payloadLength: 0, overhead: 0, lab: "polling" };
  const fields = body === undefined ? [] : [{ name: "Content-Length", value: String(body.length) }];
  const events = [
    { ...base, seq, at: seq, direction: "up", kind: "request", size: 500, http: { startLine: `${method} ${target} HTTP/1.1`, method, target, fields: [], headerLength: 500 } },
    { ...base, seq: seq + 1, at: seq + 1, direction: "down", kind: "response", size: 130, http: { startLine: "", status, fields } },
  ];
  if (body !== undefined) events.push({ ...base, seq: seq + 2, at: seq + 2, direction: "down", kind: "body", size: body.length, payloadLength: body.length, bytes: hex(body), body: { framing: "length", last: true, offset: 0, length: body.length } });
  return events;
}

test("requests, connections and polls", () => {
  const tally = new Tally(1000);
  tally.take([
    ...exchange(1, "/lab/polling/free?since=0", { body: '{"events":[]}' }),
    ...exchange(10, "/lab/polling/free?since=0", { status: 304, conn: 2 }),
    ...exchange(20, "/lab/polling/free?since=0", { body: '{"events":[{"id":1,"at":0}]}' }),
    ...exchange(30, "/lab/race/free/poll?since=0", { status: 204 }),
    ...exchange(40, "/lab/polling/free?since=0", { status: 304, driver: "terminal" }),
    { kind: "lost", count: 4 },
  ]);
  const { header, connections, polling } = tally.found;
  assert.deepEqual([header.size, header.until], [500, 1030]);
  assert.deepEqual([connections.requests, connections.connections], [4, 2]);
  assert.deepEqual([polling.asked, polling.empty, polling.until], [4, 3, 1031]);
  assert.match(inWords(tally.found, "polling"), /^3 of 4 polls brought nothing \(75%\); a poll took/);
});

test("sockets, frames, moves and their price", () => {
  const tally = new Tally(0);
  tally.take([
    ...upgrade(1).map((e) => ({ ...e, exchange: 1 })),
    frame(3, { exchange: 1, text: "[4,39,209]", lab: "game" }),
    frame(4, { exchange: 1, opcode: 10, type: "pong", rtt: 1.5 }),
    ...exchange(5, "/lab/game/free?wire=w", { method: "POST", body: "[]\n", conn: 2 }),
  ]);
  const { handshake, frames, pings, game } = tally.found;
  assert.deepEqual([handshake.up, handshake.down], [507, 129]);
  assert.deepEqual([frames.count, frames.overhead, frames.payload], [1, 6, 10]);
  assert.equal(pings.rtt, 1.5);
  assert.deepEqual([game.moves, game.bytes, game.request], [1, 16, 633]);
  assert.match(inWords(tally.found, "game"), /^16.B for a move; as a request it took 633.B$/);
  const squeezed = (seq, inflated) => {
    const e = frame(seq, { exchange: 1 });
    return { ...e, frame: { ...e.frame, inflated: { payload: "", truncated: false, ...inflated } } };
  };
  tally.take([squeezed(9, { length: 40, compressed: 8 }), squeezed(10, { length: 0, compressed: 3, error: "no deflate" })]);
  assert.match(inWords(tally.found, "squeeze"), /^40.B crossed as 8.B, in 1 compressed message$/);
  assert.equal(inWords(tally.found, "race"), undefined);
  assert.equal(inWords(tally.found, "toString"), undefined);
});

test("what is newer is kept, and what isn't is not", () => {
  const kept = store();
  assert.equal(keepMeasured({ pings: { until: 5, rtt: 1 } }, kept), true);
  assert.equal(keepMeasured({ pings: { until: 5, rtt: 2 } }, kept), false);
  assert.equal(keepMeasured({ pings: { until: 6, rtt: 3 }, comet: { until: 1, answers: 1, bytes: 2 } }, kept), true);
  assert.deepEqual(measured(kept), { pings: { until: 6, rtt: 3 }, comet: { until: 1, answers: 1, bytes: 2 } });
  kept.setItem("wireup.measured", "nonsense");
  assert.deepEqual(measured(kept), {});
  kept.setItem("wireup.measured", '{"pings":7,"comet":{"until":"x"}}');
  assert.deepEqual(measured(kept), {});
});
