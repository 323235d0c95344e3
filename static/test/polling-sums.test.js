import assert from "node:assert/strict";
import test from "node:test";
import { answerOf, sums, timesOf } from "../polling-sums.js";

const hex = (text) => Buffer.from(text).toString("hex");

/** A poll that was answered with these events, or with 304. */
function poll(at, status, events, down = 200) {
  const body = JSON.stringify({ since: 0, last: 9, events: events ?? [] });
  const bodies = events ? [{ seq: at + 2, bytes: hex(body), body: { offset: 0, length: body.length } }] : [];
  return { at, ended: at + 10, open: false, cut: false, status, up: 500, upOverhead: 500, down, downOverhead: down - (events ? body.length : 0), bodies, request: { seq: at } };
}

const one = { id: 7, at: 900, age: 110, text: "bus 4 leaves from C" };

test("what polls cost, and what they brought", () => {
  const list = [poll(0, 200, [], 230), poll(1000, 200, [one], 280), poll(2000, 304, undefined, 90), poll(3000, 304, undefined, 90)];
  const sum = sums(list);
  assert.deepEqual([sum.asked, sum.empty, sum.unchanged, sum.events, sum.delay], [4, 3, 2, 1, 110]);
  assert.equal(sum.up, 2000);
  assert.equal(sum.down, 690);
  assert.equal(sum.saved, 2 * (230 - 90));
});

test("nothing yet, and what is not over", () => {
  assert.equal(sums([]).asked, 0);
  assert.equal(sums([{ ...poll(0, 200, []), open: true }]).asked, 0);
  assert.equal(answerOf(poll(0, 304, undefined)), undefined);
  assert.equal(answerOf({ ...poll(0, 200, []), bodies: [{ bytes: hex("{"), body: { offset: 0, length: 1 } }] }), undefined);
});

test("an event waits from when it happened until it was sent", () => {
  const times = timesOf([poll(0, 200, []), poll(1000, 200, [one]), { ...poll(2000), open: true, ended: undefined, status: undefined }], 20_000);
  assert.deepEqual(times.lanes[0].bars.map(({ from, to, kind }) => [from, to, kind]), [[900, 1010, "wait"]]);
  assert.deepEqual(times.lanes[1].bars.map((b) => b.kind), ["empty", "delivered", "ask"]);
  assert.deepEqual([times.from, times.to], [0, 20_000]);
  assert.equal(timesOf([poll(0, 200, []), poll(30_000, 200, [])], 20_000).from, 10_010);
});
