// Writes to the raw echo: read, torn, glued, ordered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fillLine } from "../fill-line.js";
import { wordsOf } from "../raw-log.js";
import { bytesOf, glue, hexOf, orderOf, recode, tear } from "../raw-writes.js";

const text = (/** @type {string} */ t, pause = 0) => ({ text: t, as: /** @type {const} */ ("text"), pause });
const hex = (/** @type {string} */ t) => ({ text: t, as: /** @type {const} */ ("hex"), pause: 0 });
const read = (/** @type {import("../raw-writes.js").Draft} */ d) => hexOf(bytesOf(d).bytes);

test("text is UTF-8 with escapes", () => {
  assert.equal(read(text("plum-41\\n")), "706c756d2d34310a");
  assert.equal(read(text("\\0\\x03one\\r\\t\\\\")), "00036f6e650d095c");
  assert.equal(read(text("Zoë")), "5a6fc3ab");
  assert.equal(read(text("")), "");
  assert.match(bytesOf(text("a\\q")).fault, /“\\q” stands for no byte/);
  assert.match(bytesOf(text("a\\x4")).fault, /stands for no byte/);
  assert.match(bytesOf(text("a\\")).fault, /stands for no byte/);
});

test("hex takes white space, and says what is wrong", () => {
  assert.equal(read(hex("00 03\n6F")), "00036f");
  assert.match(bytesOf(hex("0g")).fault, /“g” is no hex digit/);
  assert.match(bytesOf(hex("000")).fault, /one hex digit/);
});

test("tear and glue keep the bytes", () => {
  const one = [text("ab\\n\\x00cd", 20)];
  const two = tear(one, 0, 300);
  assert.deepEqual(two, [text("ab\\n", 20), text("\\x00cd", 300)]);
  assert.deepEqual(glue(two, 0), [text("ab\\n\\x00cd", 20)]);
  assert.equal(read(glue([hex("6162"), text("c\\n")], 0)[0] ?? text("")), "6162630a");
  assert.equal(tear([text("a")], 0, 300).length, 1);
  assert.equal(tear([text("\\q")], 0, 300).length, 1);
  assert.equal(glue([text("a")], 0).length, 1);
  assert.equal(tear([text("é")], 0, 0).map(read).join("|"), "c3|a9");
});

test("the same bytes are written the other way", () => {
  assert.deepEqual(recode(text("a\\n", 5), "hex"), { text: "61 0a", as: "hex", pause: 5 });
  assert.deepEqual(recode(hex("61 0a 5c 00"), "text"), text("a\\n\\\\\\x00"));
  assert.deepEqual(recode(hex("6"), "text"), hex("6"));
});

test("an order has pauses, and an end as its last write", () => {
  assert.deepEqual(orderOf([text("a"), text("b", 300)], { end: false, pause: 0 }), { to: "raw", writes: [{ bytes: "61" }, { bytes: "62", pause: 300 }] });
  assert.deepEqual(orderOf([text("a")], { end: true, pause: 50 }).writes.at(-1), { end: true, pause: 50 });
  assert.deepEqual(orderOf([text("a")], { end: true, pause: 0 }).writes.at(-1), { end: true });
});

test("a line for nc has the echo's ends as the page was told them", () => {
  const metas = { "wireup-raw": "* 8081", "wireup-raw-unix": "/data/raw.sock" };
  const page = { host: "pc:8080", origin: "http://pc:8080", wire: "w" };
  // @ts-expect-error as little of a document as it takes
  globalThis.document = { querySelector: (/** @type {string} */ s) => ({ getAttribute: () => metas[/"(.*)"/.exec(s)?.[1]] }) };
  assert.equal(fillLine("nc {raw}; nc -U {rawunix}", page), "nc pc 8081; nc -U /data/raw.sock");
  // @ts-expect-error and none again
  delete globalThis.document;
  assert.equal(fillLine("nc {raw}", page), "nc ");
});

test("a call of the echo in words", () => {
  const event = (/** @type {object} */ more) => /** @type {import("../event-types.d.ts").WireEvent} */ (/** @type {unknown} */ ({ kind: "bytes", direction: "up", size: 3, bytes: "61620a", ...more }));
  assert.deepEqual(wordsOf(event({})), ["read = 3", "“ab\\n”"]);
  assert.deepEqual(wordsOf(event({ direction: "down", bytes: "00036f" })), ["write = 3", "00 03 6f"]);
  assert.deepEqual(wordsOf(event({ size: 0, bytes: "" }))[0], "read = 0");
  assert.deepEqual(wordsOf(event({ kind: "close", close: { tcp: "client closed" } })), ["end", "client closed"]);
});
