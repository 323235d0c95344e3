// Bytes as hex and as characters.
import assert from "node:assert/strict";
import test from "node:test";
import { binary, characters, glyph, pair, parse, spaced, utf8, visible } from "../hex.js";

test("hex and back", () => {
  assert.deepEqual([...parse("818537fa")], [0x81, 0x85, 0x37, 0xfa]);
  assert.deepEqual([...parse("")], []);
  assert.deepEqual([...parse("818")], [0x81]);
  assert.equal(pair(5), "05");
  assert.equal(spaced("818537"), "81 85 37");
  assert.equal(spaced(""), "");
  assert.equal(binary(0x53), "0101 0011");
});

test("a byte as a glyph", () => {
  assert.equal(glyph(0x53), "S");
  assert.equal(glyph(0x0a), "·");
  assert.equal(glyph(0xff), "·");
});

test("characters of several bytes stand at their first byte", () => {
  const bytes = new TextEncoder().encode("aé€👋");
  assert.deepEqual(characters(bytes), ["a", "é", "", "€", "", "", "👋", "", "", ""]);
});

test("bytes that are no characters are dots, one for each", () => {
  assert.deepEqual(characters(Uint8Array.of(0xff, 0x41, 0xe2, 0x82)), ["·", "A", "·", "·"]);
  assert.deepEqual(characters(Uint8Array.of(0x0a)), ["·"]);
});

test("text", () => {
  assert.equal(utf8(Uint8Array.of(0x68, 0x69)), "hi");
  assert.equal(utf8(Uint8Array.of(0xff)), undefined);
  assert.equal(visible("a\r\nb\u0000\u007f"), "a\\r\\nb\\x00\\x7f");
});
