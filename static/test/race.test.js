// A race without a page: what each lane cost and brought, from the wire's exchanges.
import assert from "node:assert/strict";
import test from "node:test";
import { words } from "../race-lanes.js";
import { howOf, laneOf, perMessage, raceOf } from "../race-sums.js";

const hex = (text) => Buffer.from(text).toString("hex");
const stands = { race: 3, updates: 40, seed: 7, rate: 4, size: 20, oneWay: 0, happened: [100, 200, 300, 400] };

/** An answer with so many updates of 20 bytes behind since. */
function answer(since, n, at, ended) {
  const body = 20 * n + (n - 1);
  return { target: `/lab/race/free/poll?wire=w&race=3&since=${since}`, status: n === 0 ? 204 : 200, open: false, cut: false, at, ended, up: 500, down: 130 + Math.max(body, 0), request: { seq: at }, response: { seq: at + 1 }, bodies: n === 0 ? [] : [{ payloadLength: body }], frames: [] };
}

test("a poll's updates come from its cursor and its length", () => {
  const lane = laneOf("poll", [answer(0, 2, 240, 250), answer(2, 0, 260, 262), answer(2, 1, 340, 350)], stands);
  assert.deepEqual(lane.deliveries.map((d) => [d.n, d.at, d.delay]), [[1, 250, 150], [2, 250, 50], [3, 350, 50]]);
  assert.deepEqual([lane.requests, lane.empty, lane.up, lane.median, lane.worst], [3, 1, 1500, 50, 150]);
  assert.equal(perMessage(lane), (1500 + lane.down) / 3);
  assert.match(words(lane, 40), /^3 of 40 updates in 3 requests, of which 1 brought nothing; 1500.B up/);
});

test("an answer that isn't whole brings nothing yet", () => {
  for (const change of [{ open: true }, { cut: true }, { status: 404 }, { ended: undefined }]) {
    assert.equal(laneOf("poll", [{ ...answer(0, 2, 240, 250), ...change }], stands).deliveries.length, 0);
  }
});

test("a stream's and a socket's updates say their number", () => {
  const chunk = (n, at) => ({ seq: at, at, bytes: hex(`29\r\nid: ${n}\ndata: ${n} abcdefghijklmnopqr\n\n\r\n`), payloadLength: 41, overhead: 6, body: { offset: 4, length: 41 } });
  const stream = laneOf("stream", [{ status: 200, up: 1, down: 2, bodies: [chunk(1, 101), chunk(2, 205)] }], stands);
  assert.deepEqual(stream.deliveries.map((d) => [d.n, d.delay]), [[1, 1], [2, 5]]);
  const frame = (text, more = {}) => ({ seq: 9, at: 310, direction: "down", frame: { type: "text", text }, ...more });
  const socket = laneOf("socket", [{ status: 101, up: 1, down: 2, frames: [frame("3 abcdefghijklmnopqr"), frame("nonsense"), frame("4 up", { direction: "up" }), { direction: "down", frame: { type: "close" } }] }], stands);
  assert.deepEqual(socket.deliveries.map((d) => [d.n, d.delay]), [[3, 10]]);
  assert.equal(laneOf("socket", [], stands).median, undefined);
  assert.equal(words(laneOf("socket", [], stands), 40), "nothing yet.");
});

test("which lane and which race a target is of", () => {
  assert.equal(howOf("/lab/race/plum-41/comet?wire=w"), "comet");
  assert.equal(howOf("/lab/race/plum-41/pigeon"), undefined);
  assert.equal(howOf("/lab/polling/free"), undefined);
  assert.equal(raceOf("/lab/race/free/poll?wire=w&race=12&since=0"), 12);
  assert.equal(raceOf("/lab/race/free/poll"), 0);
});
