// The end of a connection in words.
import assert from "node:assert/strict";
import test from "node:test";
import { codeWords, sideWords, whyCode } from "../close-words.js";

const page = (code) => ({ socket: "ab2c", code, reason: "", wasClean: true });

test("each side's close frame", () => {
  assert.equal(sideWords(undefined), "no close frame");
  assert.equal(sideWords({ code: 1005 }), "a close frame without a code");
  assert.equal(sideWords({ code: 4000, name: "private use", reason: "bye" }), "close 4000 private use “bye”");
});

test("where the page's code came from", () => {
  const both = { tcp: "server closed", up: { code: 4000 }, down: { code: 4000 } };
  assert.match(whyCode(page(4000), both), /server's close frame carried 4000/);
  assert.match(whyCode(page(1005), { tcp: "", up: { code: 1005 } }), /never crosses the wire/);
  assert.match(whyCode(page(1006), { tcp: "" }), /no close frame came/);
  assert.match(whyCode(page(1006), { tcp: "", up: { code: 1000 } }), /before the closing handshake was complete/);
  assert.match(whyCode(page(1000), { tcp: "" }), /No close frame/);
});

test("codes as sentences", () => {
  assert.match(codeWords(1009, "message over 1 MiB"), /1009.*message over 1 MiB/);
  assert.match(codeWords(4000, "bye"), /code 4000.*bye/);
});
