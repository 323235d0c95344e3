// The wire in a resume link, and a browser that stores nothing.
import assert from "node:assert/strict";
import test from "node:test";
import { wireIn } from "../resume.js";
import { keeps } from "../storage.js";

test("the wire that a fragment names", () => {
  assert.equal(wireIn("#wire=abcdefghijklm"), "abcdefghijklm");
  assert.equal(wireIn("#wire=ABCDEFGHIJKLM"), "abcdefghijklm", "scanned codes may come in capitals");
  for (const other of ["", "#", "#exercises", "#wire=", "#wire=abc", "#wire=abcdefghijklm1", "#wire=abcdefghijkl1"]) assert.equal(wireIn(other), undefined);
});

test("whether the browser stores anything", () => {
  const kept = new Map();
  const works = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), removeItem: (k) => void kept.delete(k) };
  assert.equal(keeps(works), true);
  assert.equal(kept.size, 0, "the probe is taken back");
  assert.equal(keeps({ ...works, setItem() { throw new Error("full"); } }), false);
  assert.equal(keeps({ ...works, getItem: () => null }), false);
  assert.equal(keeps(undefined), false);
});
