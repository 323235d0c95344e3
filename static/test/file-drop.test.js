// Which files go on as text, and which are sent as they are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { textual } from "../file-drop.js";

test("hex is text; captures and HARs are not", async () => {
  const bytes = (/** @type {number[]} */ ...list) => new Blob([new Uint8Array(list)]);
  assert.equal(await textual(new Blob(["81 85 37 fa\n"])), true);
  assert.equal(await textual(new Blob(["# a comment\r\n\t81 00"])), true);
  assert.equal(await textual(new Blob([])), true);
  assert.equal(await textual(bytes(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0)), false);
  assert.equal(await textual(bytes(0x0a, 0x0d, 0x0d, 0x0a, 0x1c, 0, 0, 0)), false);
  assert.equal(await textual(new Blob(['\n  {"log": {}}'])), false);
});
