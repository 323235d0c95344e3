// Figures as the pages write them.
import assert from "node:assert/strict";
import test from "node:test";
import { binary, bytes, cut, ms, number, plural, share } from "../format.js";

const T = "\u202f";

test("number", () => {
  for (const [n, want] of [[0, "0"], [999, "999"], [1234, "1234"], [65536, `65${T}536`], [1234567, `1${T}234${T}567`]]) {
    assert.equal(number(n), want);
  }
});

test("bytes", () => {
  for (const [n, want] of [
    [0, `0${T}B`],
    [11, `11${T}B`],
    [65536, `65${T}536${T}B`],
    [99999, `99${T}999${T}B`],
    [100000, `100${T}kB`],
    [999499, `999${T}kB`],
    [999500, `1.00${T}MB`],
    [1048576, `1.05${T}MB`],
    [12345678, `12.3${T}MB`],
    [5e12, `5.00${T}TB`],
    [5e15, `5000${T}TB`],
  ]) {
    assert.equal(bytes(n), want);
  }
});

test("binary", () => {
  for (const [n, want] of [[0, `0${T}B`], [7, `7${T}B`], [131072, `128${T}KiB`], [1 << 20, `1${T}MiB`], [2.46 * 2 ** 20, `2.5${T}MiB`], [8 << 20, `8${T}MiB`]]) {
    assert.equal(binary(n), want);
  }
});

test("ms, plural, share, cut", () => {
  assert.equal(ms(5120.412), "5120.4");
  assert.equal(plural(1, "frame"), "1 frame");
  assert.equal(plural(2, "frame"), "2 frames");
  assert.equal(plural(2, "match", "matches"), "2 matches");
  assert.equal(share(0, 0), "");
  assert.equal(share(0, 5), "0%");
  assert.equal(share(1, 1000), "<1%");
  assert.equal(share(999, 1000), ">99%");
  assert.equal(share(6, 11), "55%");
  assert.equal(cut("abcdef", 3), "abc…");
  assert.equal(cut("abc", 3), "abc");
  assert.equal(cut("ab👋c", 3), "ab…");
});
