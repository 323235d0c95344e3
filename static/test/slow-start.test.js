import assert from "node:assert/strict";
import test from "node:test";
import { rounds } from "../slow-start.js";

test("the window doubles until all is sent", () => {
  assert.deepEqual(rounds(0), []);
  assert.deepEqual(rounds(800), [{ segments: 10, bytes: 14_600, sent: 800, sum: 800 }]);
  assert.equal(rounds(14_600).length, 1);
  assert.equal(rounds(14_601).length, 2);
  assert.equal(rounds(15_000).length, 2);
  assert.equal(rounds(100_000).length, 3);
  assert.deepEqual(rounds(102_200).at(-1), { segments: 40, bytes: 58_400, sent: 58_400, sum: 102_200 });
  assert.equal(rounds(1_000_000).length, 7);
});

test("with another window and other segments", () => {
  assert.equal(rounds(100_000, { segment: 32_768 }).length, 1);
  assert.equal(rounds(15_000, { initial: 2, segment: 536 }).length, 4);
});
