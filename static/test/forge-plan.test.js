// Plans of frames, their cuts and writes; and each preset's bytes, which stand in the table by hand.
import assert from "node:assert/strict";
import test from "node:test";
import { inflateRawSync } from "node:zlib";
import { deflated, HELLO, specOf } from "../forge-draft.js";
import { encode, hexOf } from "../forge-frame.js";
import { expected, fromPreset, layOut, order, planFault, planWords, unchanged, whereIs } from "../forge-plan.js";
import { PRESETS } from "../forge-presets.js";

const lay = (plan) => layOut(plan.map(({ draft, cuts }) => ({ bytes: encode(specOf(draft).spec), cuts })));
const hello = (...cuts) => ({ draft: { ...HELLO }, cuts: new Map(cuts) });

test("every preset makes the bytes and the writes of its table", () => {
  assert.ok(PRESETS.length >= 20);
  for (const preset of PRESETS) {
    const { bytes, writes } = lay(fromPreset(preset));
    assert.deepEqual(writes.map(({ from, to }) => hexOf(bytes.subarray(from, to))), preset.writes, preset.id);
    assert.equal(planFault(bytes, writes), "", preset.id);
    assert.ok(unchanged(preset, bytes, writes, preset.offer ?? ""), preset.id);
    assert.ok(!unchanged(preset, bytes, writes, "another"), preset.id);
  }
});

test("a preset takes the word of an exercise where it has no payload of its own", () => {
  const of = (id) => fromPreset(PRESETS.find((p) => p.id === id), { payload: "word" })[0].draft.payload;
  assert.equal(of("unmasked"), "word");
  assert.equal(of("ping"), "ping");
});

test("one frame is one write", () => {
  const { bytes, starts, writes } = lay([hello()]);
  assert.deepEqual([bytes.length, starts, writes], [11, [0], [{ from: 0, to: 11, pause: 0 }]]);
  assert.deepEqual(order(bytes, writes, ""), { upgrade: "/echo?breakdown=off", writes: [{ bytes: "818537fa213d7f9f4d5158" }] });
  assert.equal(planWords(1, writes), "1 frame in 1 write");
});

test("cuts stand in their frame, in order, and fall away beyond its end", () => {
  const { bytes, starts, writes } = lay([hello([5, 10], [1, 20], [11, 99]), hello([0, 30]), hello()]);
  assert.deepEqual(starts, [0, 11, 22]);
  assert.deepEqual(writes, [{ from: 0, to: 1, pause: 0 }, { from: 1, to: 5, pause: 20 }, { from: 5, to: 11, pause: 10 }, { from: 11, to: 33, pause: 30 }]);
  assert.equal(planWords(3, writes), "3 frames in 4 writes, with 60 milliseconds of pauses");
  const ordered = order(bytes, writes, "permessage-deflate", { library: true });
  assert.deepEqual([ordered.upgrade, ordered.extensions], ["/echo?breakdown=off&library=gorilla&deflate=on", "permessage-deflate"]);
  assert.equal(ordered.writes.map((w) => w.bytes).join(""), hexOf(bytes));
  assert.deepEqual(ordered.writes.map((w) => w.pause), [undefined, 20, 10, 30]);
  for (const byte of bytes.keys()) assert.deepEqual(whereIs(starts, byte), [Math.floor(byte / 11), byte % 11]);
});

test("a pause before the first write", () => {
  assert.equal(lay([hello([0, 40])]).writes[0].pause, 40);
});

test("what one forge can't do is said with its limit", () => {
  const writes = (n, pause) => Array.from({ length: n }, (_, i) => ({ from: i, to: i + 1, pause }));
  assert.equal(planFault(new Uint8Array(65_536), writes(64, 78)), "");
  assert.match(planFault(new Uint8Array(65_537), writes(1, 0)), /one forge sends 65\u202f536 at most/);
  assert.match(planFault(new Uint8Array(65), writes(65, 0)), /cut into 65 writes, and one forge does 64/);
  assert.match(planFault(new Uint8Array(64), writes(64, 79)), /add up to 5056 milliseconds, and one forge takes 5000/);
});

test("a payload out of a file, and what is missing", () => {
  assert.match(specOf({ ...HELLO, as: "file" }).faults.get("payload"), /Choose a file/);
  const { spec, faults } = specOf({ ...HELLO, as: "file", file: { name: "x", bytes: Uint8Array.of(1, 2) } });
  assert.deepEqual([[...spec.payload], faults.size], [[1, 2], 0]);
});

test("what the browser compresses is one message of permessage-deflate", async () => {
  const out = await deflated(new TextEncoder().encode("Hello"));
  assert.equal(out.at(-1), 0);
  assert.equal(inflateRawSync(out).toString(), "Hello");
});

test("an answer beside the one that its preset must get", () => {
  const hi = "810548656c6c6f";
  assert.deepEqual(expected({ back: [hi] }, { received: hi }), { right: true, words: "As this preset must be answered: 1 frame back." });
  assert.equal(expected({ back: [hi] }, { received: "" }).right, false);
  assert.equal(expected({ back: [], close: 1002 }, { received: "880203ea" }).right, true);
  assert.equal(expected({ back: [hi], close: 1007 }, { received: `${hi}880203ef` }).words, "As this preset must be answered: 1 frame back, then close 1007.");
  assert.equal(expected({ back: [], close: 1007 }, { received: "880203ea" }).right, false);
  assert.equal(expected({ back: [] }, { received: "" }).words, "As this preset must be answered: nothing back.");
});
