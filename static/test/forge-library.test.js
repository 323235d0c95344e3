// The mirror and a library side by side: which frames the library merged, hid, let pass or refused.
import assert from "node:assert/strict";
import test from "node:test";
import { compare } from "../forge-library.js";

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
let seq = 0;
const frame = (direction, type, { fin = true, size = 5, rules = [], code } = {}) => ({
  seq: ++seq, kind: "frame", direction, size: size + 6, payloadLength: size, summary: type,
  frame: { opcode: OPCODES[type], type, fin, ...(type === "close" ? { close: code === undefined ? {} : { code } } : {}) },
  ...(rules.length > 0 ? { violations: rules.map((rule) => ({ rule })) } : {}),
});
const up = (type, more) => frame("up", type, more);
const down = (type, more) => frame("down", type, more);
const heard = (events, ended = "open") => ({ answer: { ended }, events });
const marks = (mirror, library) => compare(mirror, library).map((row) => row.mark);

test("a message that breaks nothing is answered alike", () => {
  const side = () => heard([up("text"), down("text")]);
  const [row] = compare(side(), side());
  assert.deepEqual([row.mirror, row.library, row.mark], ["the same frame, 5 bytes", "the same frame, 5 bytes", ""]);
});

test("fragments go back as one frame: merged; a ping between them: hid", () => {
  const sent = () => [up("text", { fin: false, size: 3 }), up("ping"), up("continuation", { size: 2 })];
  const mirror = heard([...sent(), down("text", { fin: false, size: 3 }), down("pong"), down("continuation", { size: 2 })]);
  const library = heard([...sent(), down("pong"), down("text")]);
  const rows = compare(mirror, library);
  assert.deepEqual(rows.map((r) => r.mark), ["merged", "hid", "merged"]);
  assert.deepEqual(rows.map((r) => r.library), ["nothing yet", "a pong", "one frame for all 2, 5 bytes"]);
  assert.deepEqual(rows.map((r) => r.mirror), ["the same frame, 3 bytes", "a pong", "the same frame, 2 bytes"]);
  assert.match(rows[0].why, /2 frames came, .* 1 frame went back/);
});

test("a rule that only the mirror minds: let pass", () => {
  const bad = () => up("text", { rules: ["length-not-minimal"] });
  const rows = compare(heard([bad(), down("close", { code: 1002 })], "server closed"), heard([bad(), down("text")]));
  assert.deepEqual([rows[0].mark, rows[0].mirror, rows[0].library], ["let pass", "close 1002", "the same frame, 5 bytes"]);
  assert.equal(rows[0].why, "It breaks length-not-minimal, and the library took it.");
});

test("a rule that both mind: refused, and what follows is gone", () => {
  const sent = () => [up("text"), up("text", { rules: ["reserved-bit"] }), up("text")];
  const side = () => heard([...sent(), down("text"), down("close", { code: 1002 })], "server closed");
  const rows = compare(side(), side());
  assert.deepEqual(rows.map((r) => r.mark), ["", "refused", ""]);
  assert.deepEqual(rows.map((r) => r.library), ["the same frame, 5 bytes", "close 1002", "gone by then"]);
});

test("a library that closes TCP without a word has refused", () => {
  const bad = () => up("text", { rules: ["length-top-bit"] });
  const rows = compare(heard([bad(), down("close", { code: 1002 })], "server closed"), heard([bad()], "server closed"));
  assert.deepEqual([rows[0].mark, rows[0].library], ["refused", "TCP closed, without a close frame"]);
});

test("what the mirror had no time to read stands there, too", () => {
  const bad = () => up("text", { rules: ["invalid-utf8"] });
  const rows = compare(heard([bad(), down("close", { code: 1007 })], "server closed"), heard([bad(), up("text"), down("text"), down("text")]));
  assert.deepEqual(rows.map((r) => [r.mirror, r.mark]), [["close 1007", "let pass"], ["gone by then", ""]]);
});

test("a goodbye is answered, and is no fault", () => {
  const bye = (code, rules = []) => heard([up("close", { code, rules }), down("close", { code })], "server closed");
  assert.deepEqual(marks(bye(1000), bye(1000)), [""]);
  assert.deepEqual(marks(bye(1002), bye(1002)), [""]);
  assert.deepEqual(marks(bye(1000), heard([up("close", { rules: ["close-body-one-byte"] }), down("close")], "server closed")), ["let pass"]);
  assert.deepEqual(marks(bye(1000), heard([up("close", { code: 1005, rules: ["close-code"] }), down("close", { code: 1002 })], "server closed")), ["refused"]);
});

test("an unfinished message waits, and nothing is told of it", () => {
  const rows = compare(heard([up("text", { fin: false }), down("text", { fin: false })]), heard([up("text", { fin: false })]));
  assert.deepEqual([rows[0].mirror, rows[0].library, rows[0].mark], ["the same frame, 5 bytes", "nothing", ""]);
  assert.deepEqual(compare(heard([]), heard([])), []);
});
