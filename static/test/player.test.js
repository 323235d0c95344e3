// The pace of a replay.
import assert from "node:assert/strict";
import test from "node:test";
import { LONGEST, Player } from "../player.js";

/** Timeouts that the test lets pass. */
function fakeTimeouts(t) {
  const { setTimeout, clearTimeout } = globalThis;
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  const fake = { wait: undefined, call: undefined, pass() { this.call?.(); } };
  globalThis.setTimeout = (call, wait) => {
    Object.assign(fake, { call, wait });
    return 1;
  };
  globalThis.clearTimeout = () => Object.assign(fake, { call: undefined, wait: undefined });
  return fake;
}

function recorded(...times) {
  const player = new Player(times.map((at, i) => ({ seq: i + 1, at })));
  const seen = [];
  player.addEventListener("show", (e) => seen.push(...e.detail.map((x) => x.seq)));
  player.addEventListener("back", () => seen.push("back"));
  return { player, seen };
}

test("events come as they came, and a long silence is cut", (t) => {
  const timeouts = fakeTimeouts(t);
  const { player, seen } = recorded(100, 150, 60_000);
  player.play();
  assert.equal(timeouts.wait, 0);
  timeouts.pass();
  assert.deepEqual([seen, timeouts.wait], [[1], 50]);
  timeouts.pass();
  assert.equal(timeouts.wait, LONGEST);
  player.speed = 5;
  assert.equal(timeouts.wait, LONGEST / 5);
  timeouts.pass();
  assert.deepEqual([seen, player.playing, player.over], [[1, 2, 3], false, true]);
});

test("step by step, and all at once", (t) => {
  const timeouts = fakeTimeouts(t);
  const { player, seen } = recorded(0, 1, 2, 3);
  player.play();
  player.step();
  assert.deepEqual([seen, player.playing, timeouts.call], [[1], false, undefined]);
  player.step();
  player.all();
  player.step();
  assert.deepEqual(seen, [1, 2, 3, 4], "behind the end there is nothing");
});

test("play again begins at the beginning", (t) => {
  const timeouts = fakeTimeouts(t);
  const { player, seen } = recorded(0, 1);
  player.all();
  player.play();
  timeouts.pass();
  assert.deepEqual(seen, [1, 2, "back", 1]);
  player.pause();
  assert.equal(timeouts.call, undefined);
});

test("a recording of nothing is over at once", (t) => {
  const timeouts = fakeTimeouts(t);
  const { player } = recorded();
  player.play();
  assert.deepEqual([player.playing, player.over, timeouts.call], [false, true, undefined]);
});
