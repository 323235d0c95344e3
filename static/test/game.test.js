// The game's figures without a page.
import assert from "node:assert/strict";
import test from "node:test";
import { GameTally, showable } from "../game-sums.js";
import { frame, upgrade } from "./events.js";

test("one socket is counted, and nobody else's", () => {
  const tally = new GameTally("ab2c");
  const move = frame(3, { text: "[4,39,209]", conn: 2, at: 1000 });
  const told = frame(4, { text: "[[4,1,39,209]]", conn: 2, at: 1050, direction: "down" });
  const other = frame(5, { text: "[4,1,1]", conn: 3, at: 1060 });
  const pong = frame(6, { text: "[11,\"hi\"]", conn: 2, at: 1070 });
  assert.equal(tally.take([other]), false);
  assert.equal(tally.take([...upgrade(1, { conn: 2, target: "/lab/game/free?wire=abc&socket=ab2c" }), move, told, other, pong]), true);
  assert.deepEqual([tally.moves, tally.moveBytes, tally.move.seq], [1, 16, 3]);
  assert.deepEqual([tally.up.frames, tally.down.frames, tally.down.bytes], [2, 1, 16]);
  assert.deepEqual(tally.rates(1100), { up: 2, down: 1, upBytes: 31, downBytes: 16 });
  assert.deepEqual(tally.rates(5000), { up: 0, down: 0, upBytes: 0, downBytes: 0 });
  assert.deepEqual(tally.asRequests({ up: 600, down: 150, downOverhead: 130 }), { moves: 750, ticks: 730 + 14 });
});

test("what can't be shown is left out of a line", () => {
  assert.equal(showable(" a\u202eb\u0000c\u200bd\u00a0e\nf "), "abcd e f");
  assert.equal(showable("👩\u200d👧 שלום <b>"), "👩👧 שלום <b>");
  assert.equal(showable("\u200b \u2028"), "");
});
