// The bit picture's arithmetic.
import assert from "node:assert/strict";
import test from "node:test";
import { bitsOf, bytesOf, fieldsAt, layOut, rfcLink, toneOf } from "../parts.js";

// 81 85 37fa213d 648a405350 cut into fields: "Spang" from a client.
const fields = [
  ["FIN", 0, 1],
  ["RSV1", 1, 1],
  ["RSV2", 2, 1],
  ["RSV3", 3, 1],
  ["opcode", 4, 4],
  ["MASK", 8, 1],
  ["payload length", 9, 7],
  ["masking key", 16, 32],
  ["payload data", 48, 40],
].map(([name, bit, bits]) => ({ name, bit, bits, value: "", meaning: "", ref: "RFC 6455 §5.2" }));

test("every bit is drawn once, in order, at every width", () => {
  for (const width of [32, 16, 8]) {
    const { pieces, rows, rest } = layOut(fields, width, 100);
    let at = 0;
    for (const p of pieces) {
      assert.equal(p.bit, at);
      assert.equal(p.row * width + p.column, at);
      assert.ok(p.column + p.bits <= width);
      at += p.bits;
    }
    assert.equal(at, 88);
    assert.equal(rows, Math.ceil(88 / width));
    assert.equal(rest, 0);
  }
});

test("32 bits a row, as the RFC draws it", () => {
  const { pieces } = layOut(fields, 32, 100);
  const key = pieces.filter((p) => p.field === 7).map((p) => [p.row, p.column, p.bits, p.first, p.last]);
  assert.deepEqual(key, [[0, 16, 16, true, false], [1, 0, 16, false, true]]);
});

test("a long payload is cut, and the rest is counted", () => {
  const { rows, rest } = layOut(fields, 32, 2);
  assert.equal(rows, 2);
  assert.equal(rest, 24);
});

test("bits, bytes and fields find each other", () => {
  const bytes = Uint8Array.of(0x81, 0x85, 0x37);
  assert.equal(bitsOf(bytes, 0, 8), "10000001");
  assert.equal(bitsOf(bytes, 9, 7), "0000101");
  assert.deepEqual(fieldsAt(fields, 0), [0, 1, 2, 3, 4]);
  assert.deepEqual(fieldsAt(fields, 1), [5, 6]);
  assert.deepEqual(fieldsAt(fields, 5), [7]);
  assert.deepEqual(bytesOf(fields[7]), [2, 6]);
  assert.deepEqual(bytesOf(fields[6]), [1, 2]);
});

test("tones and references", () => {
  assert.equal(toneOf({ name: "opcode", ref: "RFC 6455 §5.2" }), "ctl");
  assert.equal(toneOf({ name: "status code", ref: "RFC 6455 §7.4" }), "pay");
  assert.equal(toneOf({ name: "status code", ref: "RFC 9110 §15" }), "ctl");
  assert.equal(toneOf({ name: "line end", ref: "" }), "rest");
  assert.equal(rfcLink("RFC 6455 §5.2"), "https://www.rfc-editor.org/rfc/rfc6455.html#section-5.2");
  assert.equal(rfcLink("RFC 9112"), "https://www.rfc-editor.org/rfc/rfc9112.html");
  assert.equal(rfcLink(""), undefined);
});
