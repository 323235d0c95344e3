// The filter's language: each term alone, together, and what is said of a bad one.
import assert from "node:assert/strict";
import test from "node:test";
import { parseFilter } from "../filter.js";
import { frame, ping, upgrade } from "./events.js";

const [get, switching] = upgrade(1);
const spang = frame(3);
const big = frame(4, { text: "x".repeat(126), conn: 3, driver: "terminal" });
const asks = ping(5);
const bad = frame(6, { violations: [{ rule: "unmasked-client-frame" }] });
const bye = frame(7, { opcode: 8, type: "close", text: "", frame: { type: "close", opcode: 8, close: { code: 4000, reason: "bye" } } });
const all = [get, switching, spang, big, asks, bad, bye];

const cases = [
  ["", [1, 2, 3, 4, 5, 6, 7]],
  ["   ", [1, 2, 3, 4, 5, 6, 7]],
  ["op:ping", [5]],
  ["op:9", [5]],
  ["op:0x8,ping", [5, 7]],
  ["-op:ping", [1, 2, 3, 4, 6, 7]],
  ["dir:up", [1, 3, 4, 6, 7]],
  ["dir:down -op:ping", [2]],
  ["len>125", [4]],
  ["len>=126", [4]],
  ["len<126 kind:frame", [3, 5, 6, 7]],
  ["len:5", [3, 6]],
  ["conn:3", [4]],
  ["kind:request,response", [1, 2]],
  ["driver:terminal", [4]],
  ["shown:hidden", [5, 7]],
  ["rule:any", [6]],
  ["rule:unmasked-client-frame", [6]],
  ["code:101", [2]],
  ["code:4000", [7]],
  ['"switching protocols"', [2]],
  ["spang", [3, 6]],
  ["Upgrade: websocket", "fault"],
  ['"upgrade: websocket"', [1]],
  ['"81 85"', [3, 4, 5, 6, 7]],
  ["85", [3, 4, 5, 6, 7]],
  ['"1853"', []],
  ["OP:PING", [5]],
  ['op:text "xxx"', [4]],
  ['-"xxx" op:text', [3, 6]],
];

for (const [query, want] of cases) {
  test(`filter ${query || "(empty)"}`, () => {
    const parsed = parseFilter(query);
    if (want === "fault") return assert.ok("fault" in parsed);
    assert.ok("test" in parsed, parsed.fault?.text);
    assert.deepEqual(all.filter(parsed.test).map((e) => e.seq), want);
  });
}

const faults = [
  ["opp:ping", "opp", /no filter "opp"/],
  ["dir:up opp:ping", "opp", /no filter "opp"/],
  ["dir:up -len>x", "x", /comes a number/],
  ["op:pingg", "pingg", /op is continuation, text/],
  ["op>3", ">", /op is a word/],
  ["len>", "", /comes a number/],
  ["lab:", "", /comes a name/],
  ['dir:up "open', '"open', /ends with another/],
];

for (const [query, where, text] of faults) {
  test(`fault ${query}`, () => {
    const parsed = parseFilter(query);
    assert.ok("fault" in parsed);
    assert.match(parsed.fault.text, text);
    const { at, length } = parsed.fault;
    assert.equal(query.slice(at, at + length), where);
  });
}
