import assert from "node:assert/strict";
import test from "node:test";
import { Ends, lanesOf, mostAtOnce, tally } from "../connection-lanes.js";

const x = (conn, at, ended, more = {}) => ({ conn, at, ended, open: ended === undefined, cut: false, method: "GET", target: "/lab/connections/free?wire=a", status: ended === undefined ? undefined : 200, up: 100, down: 50, request: { seq: at }, ...more });

test("each request stands on the lane of its connection", () => {
  const ends = new Ends();
  ends.add({ kind: "open", conn: 1, at: 0, note: "The connection was opened 3 s before." });
  ends.add({ kind: "open", conn: 2, at: 10 });
  ends.add({ kind: "close", conn: 2, at: 900, seq: 9, close: { tcp: "server closed" } });
  ends.add({ kind: "frame", conn: 2, at: 900 });
  const list = [x(1, 100, 200), x(2, 150, undefined), x(1, 300, 800)];
  const times = lanesOf(list, ends);
  assert.deepEqual(times.lanes.map(({ name, bars }) => [name, bars.map((b) => b.kind)]), [
    ["connection #1", ["delivered", "delivered"]],
    ["connection #2", ["wait", "event"]],
  ]);
  assert.deepEqual([times.from, times.to], [100, 900]);
  assert.deepEqual(tally(list, ends), { requests: 3, connections: 2, fresh: 1, closed: 1, up: 300, down: 150, took: 700, most: 2 });
});

test("a connection that is closed long after is no part of the picture", () => {
  const ends = new Ends();
  ends.add({ kind: "close", conn: 1, at: 90_000, seq: 9 });
  assert.equal(lanesOf([x(1, 0, 10)], ends).to, 400);
});

test("nothing yet", () => {
  assert.deepEqual(lanesOf([], new Ends()), { from: 0, to: 400, lanes: [] });
  assert.equal(tally([], new Ends()).took, 0);
});

test("how many wait at the same time", () => {
  assert.equal(mostAtOnce([]), 0);
  assert.equal(mostAtOnce([x(1, 0, 10), x(1, 10, 20), x(1, 20, 30)]), 1);
  assert.equal(mostAtOnce([x(1, 0, 10), x(2, 5, 20), x(3, 6, undefined)]), 3);
});
