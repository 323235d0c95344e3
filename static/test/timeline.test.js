// The timeline's arithmetic, and its bars in words.
import assert from "node:assert/strict";
import test from "node:test";
import { grows, inSight, KINDS, lineOf, scale, ticks, time } from "../timeline-scale.js";

test("times as a person reads them", () => {
  assert.deepEqual([0, 0.25, 3, 9.96, 850, 999.6, 1250, 12_340, -20].map(time), ["0 ms", "0.3 ms", "3 ms", "10 ms", "850 ms", "1.00 s", "1.25 s", "12.3 s", "-20 ms"]);
});

test("an axis has round marks, and never too many", () => {
  const labels = (...args) => ticks(...args).map((t) => t.label);
  assert.deepEqual(labels(0, 20_000, 10), ["0", "2 s", "4 s", "6 s", "8 s", "10 s", "12 s", "14 s", "16 s", "18 s", "20 s"]);
  assert.deepEqual(labels(0, 1000, 5), ["0", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1 s"]);
  assert.deepEqual(labels(0, 90, 4), ["0", "50 ms"]);
  assert.deepEqual(ticks(5000, 9000, 4, 3500).map((t) => t.at), [5500, 6500, 7500, 8500], "counted from zero, which may be out of sight");
  assert.deepEqual(labels(5, 5, 4), []);
  for (const span of [3, 7.1, 99, 1234, 86_400_000]) for (const most of [2, 5, 9]) assert.ok(labels(0, span, most).length <= most + 1, `${span} ms, ${most}`);
});

test("places, and what lies outside is at the edge", () => {
  const x = scale({ from: 1000, to: 2000 }, 10, 100);
  assert.deepEqual([1000, 1500, 2000, 0, 9999].map(x), [10, 60, 110, 10, 110]);
  assert.equal(scale({ from: 5, to: 5 }, 10, 100)(5), 10, "no time at all is no division by zero");
});

test("what is in sight", () => {
  const times = { from: 10, to: 20, lanes: [] };
  const bars = [{ from: 0, to: 9 }, { from: 0, to: 11 }, { from: 12 }, { from: 20, to: 30 }, { from: 21 }, { from: 9, kind: "event" }].map((b) => ({ kind: "wait", ...b }));
  assert.deepEqual(inSight(bars, times, 9).map((b) => b.from), [0, 12, 20]);
  assert.deepEqual(inSight(bars, times, 2).map((b) => b.from), [12, 20], "of too many, the newest");
});

test("bars in words", () => {
  const times = { from: 1000, to: 9000, now: 4500, lanes: [] };
  assert.equal(lineOf({ from: 2200, to: 2250, kind: "empty", title: "204, 130 bytes" }, times), "1.20 s: answered, empty, for 50 ms. 204, 130 bytes");
  assert.equal(lineOf({ from: 4000, kind: "wait", label: "held" }, times, { wait: "held open" }), "3.00 s: held open, for 500 ms so far. held");
  assert.equal(lineOf({ from: 2000, to: 2000, kind: "event", label: "goal", title: "goal" }, { ...times, zero: 0 }), "2.00 s: happened on the server. goal");
});

test("only what waits or streams goes on", () => {
  assert.deepEqual(Object.keys(KINDS).filter((kind) => grows({ from: 1, kind })), ["wait", "stream"]);
  assert.equal(grows({ from: 1, to: 2, kind: "wait" }), false);
});

test("no two kinds look alike", () => {
  const marks = Object.values(KINDS).map((k) => k.mark);
  assert.equal(new Set(marks).size, marks.length);
});
