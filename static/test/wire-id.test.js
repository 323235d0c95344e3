// The wire's id: drawn once, kept, and there even where the browser stores nothing.
import assert from "node:assert/strict";
import test from "node:test";
import { draw, findWireId, isWireId, shownWire } from "../wire-id.js";

function memory() {
  const kept = new Map();
  return { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), kept };
}

test("an id is 13 characters of base32", () => {
  for (let i = 0; i < 50; i++) assert.match(findWireId(memory()), /^[a-z2-7]{13}$/);
  assert.equal(draw(4).length, 4);
});

test("it is drawn once and kept", () => {
  const store = memory();
  const id = findWireId(store);
  assert.equal(store.kept.get("wireup.wire"), id);
  assert.equal(findWireId(store), id);
});

test("what is kept and is no id is replaced", () => {
  const store = memory();
  store.setItem("wireup.wire", "<b>not an id</b>");
  assert.ok(isWireId(findWireId(store)));
  assert.ok(isWireId(store.kept.get("wireup.wire")));
});

test("blocked storage costs nothing but memory", () => {
  const blocked = {
    getItem() {
      throw new Error("SecurityError");
    },
    setItem() {
      throw new Error("SecurityError");
    },
  };
  assert.ok(isWireId(findWireId(blocked)));
});

test("the inspector's page shows the wire that its address names, and no other page does", () => {
  const at = (pathname, hash) => shownWire({ pathname, hash });
  assert.equal(at("/wire", "#show=abcdefghijklm"), "abcdefghijklm");
  assert.equal(at("/wire", "#show=ABCDEFGHIJKLM"), "abcdefghijklm");
  for (const hash of ["", "#show=", "#show=abc", "#wire=abcdefghijklm", "#show=abcdefghijkl1"]) assert.equal(at("/wire", hash), undefined);
  assert.equal(at("/lessons/frames", "#show=abcdefghijklm"), undefined);
  assert.equal(shownWire(), undefined, "without a page there is none");
});
