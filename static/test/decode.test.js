// Links into the decoder, places in a text, and what a negotiation of compression means.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decoderLink, draftOf, fragmentOf, lines, MOST, rangeOf, readFragment } from "../decode-link.js";
import { negotiation, parseExtensions, takesOver } from "../deflate-terms.js";
import { frame } from "./events.js";

const nothing = { as: "", side: "", deflate: "" };

test("a link of bare hex is as short as it can be, and reads in pairs", () => {
  const fragment = fragmentOf({ ...nothing, text: "81 05 48\n656c6c6f", side: "down" });
  assert.equal(fragment, "#hex=810548656c6c6f&side=down");
  assert.deepEqual(readFragment(fragment), { ...nothing, text: "81 05 48 65 6c 6c 6f", side: "down" });
  assert.equal(lines("41".repeat(17)), `${"41 ".repeat(15)}41\n41`);
});

test("a link keeps comments, marks and odd digits as they are", () => {
  for (const text of ["> 81 00 # naïve & more\n< 81 00 + 100 %", "818", "b'\\x81'", ""]) {
    assert.equal(readFragment(fragmentOf({ ...nothing, text }) ?? "")?.text, text);
  }
});

test("a link has a limit, and what is no link is none", () => {
  assert.equal(fragmentOf({ ...nothing, text: "81".repeat(MOST) }), undefined);
  assert.equal(readFragment(`#hex=${"81".repeat(MOST)}`), undefined);
  assert.equal(readFragment("#wire=abc"), undefined);
  assert.equal(readFragment(""), undefined);
});

test("a row opens with its bytes, its side, and as what it is", () => {
  assert.equal(decoderLink([frame(1)]), "/decode#hex=818537fa213d648a405350&as=frames&side=up");
  assert.match(draftOf([frame(1, { truncated: true, size: 70_000 })]).text, /^# The log keeps the first 11 of 70000 bytes of this\.\n81 85/);
  assert.equal(draftOf([frame(1), frame(2)]).text.split("\n").length, 2);
  assert.equal(decoderLink([{ ...frame(1), bytes: "" }]), undefined);
});

test("lines and columns count characters", () => {
  const text = "# é 👋 x\n81 zz";
  assert.deepEqual(rangeOf(text, { line: 2, column: 4, endLine: 2, endColumn: 5 }).map((n) => n), [text.indexOf("zz"), text.indexOf("zz") + 1]);
  assert.equal(text.slice(...rangeOf(text, { line: 1, column: 7, endLine: 1, endColumn: 8 })), "x");
  assert.deepEqual(rangeOf("81", { line: 9, column: 1, endLine: 9, endColumn: 2 }), [2, 2]);
});

test("extensions are read with their parameters", () => {
  const [one, two] = parseExtensions('permessage-deflate; client_max_window_bits; server_max_window_bits="10", x-other');
  assert.equal(one?.name, "permessage-deflate");
  assert.deepEqual([...(one?.params ?? [])], [["client_max_window_bits", ""], ["server_max_window_bits", "10"]]);
  assert.equal(two?.name, "x-other");
});

test("a negotiation says what was offered, taken and meant", () => {
  const { sentence, terms } = negotiation("permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=10; server_no_context_takeover");
  assert.match(sentence, /offered and taken/);
  const by = Object.fromEntries(terms.map((t) => [t.name, t]));
  assert.deepEqual([by["client_max_window_bits"]?.offered, by["client_max_window_bits"]?.taken], ["yes", "10"]);
  assert.match(by["client_max_window_bits"]?.means ?? "", /1024 bytes/);
  assert.match(by["server_no_context_takeover"]?.means ?? "", /by itself/);
  assert.match(by["client_no_context_takeover"]?.means ?? "", /point back/);
  assert.ok(terms.every((t) => /^RFC 7692 §7/.test(t.ref)));
  assert.match(negotiation("permessage-deflate", "").sentence, /not taken/);
  assert.match(negotiation("permessage-deflate", undefined).sentence, /stands in the answer/);
  assert.match(negotiation("", "permessage-deflate").sentence, /nobody offered/);
  assert.deepEqual(negotiation("x-other", "").terms, []);
});

test("an answer that breaks the rules is marked", () => {
  const odd = (/** @type {string} */ offer, /** @type {string} */ answer) => negotiation(offer, answer).terms.filter((t) => t.odd).map((t) => t.name);
  assert.deepEqual(odd("permessage-deflate", "permessage-deflate; client_max_window_bits=10"), ["client_max_window_bits"]);
  assert.deepEqual(odd("permessage-deflate; server_no_context_takeover", "permessage-deflate"), ["server_no_context_takeover"]);
  assert.deepEqual(odd("permessage-deflate; client_no_context_takeover", "permessage-deflate"), []);
});

test("who takes the context over", () => {
  assert.equal(takesOver("permessage-deflate; client_no_context_takeover", "up"), false);
  assert.equal(takesOver("permessage-deflate; client_no_context_takeover", "down"), true);
  assert.equal(takesOver("", "up"), undefined);
  assert.equal(takesOver(undefined, "up"), undefined);
});
