// A class's pure parts: codes, clock, keys, ways, hands, questions, board, words.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { boardOf, standingOf } from "../class-board.js";
import { clockWords, minutesWords, span, stopAt } from "../class-clock.js";
import { codeFault, codeIn, dropTokens, driven, keepTokens, pathCode, tokensOf } from "../class-code.js";
import { deedFor } from "../class-keys.js";
import { Along } from "../class-lab.js";
import { barsOf, pollFrom } from "../class-poll.js";
import { addressResult, clockResult, screenResult } from "../class-preflight.js";
import { inOrder } from "../class-questions.js";
import { loadAhead, recordedOf, replayOf } from "../class-recorded.js";
import { hexLines } from "../class-spot.js";
import { pastSkipped } from "../class-way.js";
import { linkWords, paceWords, placeWords } from "../class-words.js";
import { command } from "../deck.js";
import { dataOf } from "../row-text.js";
import { sha256 } from "../sha256.js";
import { textless } from "../textless.js";
import { frame } from "./events.js";

test("a code as people type it", () => {
  for (const typed of ["kvmpt", " KVMPT ", "kv-mpt", "k v m p t", "http://10.0.0.2:8080/c/kvmpt", "https://x/classes/KVMPT/", "x/classes/kvmpt/screen"]) assert.equal(codeIn(typed), "kvmpt", typed);
  for (const typed of ["", "kvmp", "kvmptt", "kvmpa", "kvmp1", "http://x/"]) assert.equal(codeIn(typed), undefined, typed);
  assert.match(codeFault(""), /five letters/);
  assert.match(codeFault("kvmpa"), /no “a”/);
  assert.match(codeFault("kvmp"), /has 4/);
  assert.equal(codeFault("kvmpt"), "");
  assert.deepEqual(["/classes/kvmpt", "/classes/kvmpt/present", "/classes/", "/c/kvmpt"].map(pathCode), ["kvmpt", "kvmpt", undefined, undefined]);
});

test("tokens, and that no more than a few classes are kept", () => {
  const kept = new Map();
  const store = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v) };
  keepTokens("bbbbb", { owner: "O", screen: "S", at: 1 }, store);
  keepTokens("bbbbb", { driver: "D", at: 2 }, store);
  assert.deepEqual(tokensOf("bbbbb", store), { owner: "O", screen: "S", driver: "D", at: 2 });
  dropTokens("bbbbb", "driver", store);
  assert.deepEqual(tokensOf("bbbbb", store), { owner: "O", screen: "S", at: 2 });
  for (let i = 0; i < 12; i++) keepTokens(`class${i}`, { owner: "O", at: 10 + i }, store);
  assert.equal(Object.keys(driven(store)).length, 8);
  assert.equal(tokensOf("bbbbb", store), undefined);
  dropTokens("class11", undefined, store);
  assert.equal(tokensOf("class11", store), undefined);
  store.setItem("wireup.classes", "{broken");
  assert.deepEqual(driven(store), {});
});

test("the clock in words", () => {
  const clock = { at: 100_000, began: 0, stop: 0, paused: false, lesson: "x", budget: 240_000, used: 60_000, late: 0 };
  assert.equal(span(3_661_000), "1:01 h");
  assert.equal(span(61_999), "1:01");
  assert.deepEqual([0.1, 0.67, 1.3, 6].map(minutesWords), ["½ min", "½ min", "1½ min", "6 min"]);
  const words = clockWords(clock, 130_000);
  assert.deepEqual([words.lesson, words.used, words.budget, words.late, words.stop], ["2:30 left", "1:30", "4:00", false, "no end set"]);
  assert.equal(clockWords({ ...clock, paused: true }, 130_000).lesson, "3:00 left", "questions take no time from the lesson");
  const late = clockWords({ ...clock, used: 300_000, stop: 131_000 }, 130_000);
  assert.deepEqual([late.lesson, late.late, late.share, late.stop, late.near, late.over], ["late by 1:30", true, 1, "0:01 to the end", true, false]);
  assert.deepEqual([clockWords({ ...clock, stop: 129_000 }, 130_000).stop, clockWords({ ...clock, stop: 129_000 }, 130_000).over], ["over by 0:01", true]);
  const now = new Date(2026, 10, 26, 20, 15);
  assert.equal(stopAt("21:30", now), new Date(2026, 10, 26, 21, 30).getTime());
  assert.equal(stopAt("9.05", now), new Date(2026, 10, 27, 9, 5).getTime(), "the next such time");
  for (const wrong of ["", "24:00", "12:60", "noon"]) assert.equal(stopAt(wrong, now), undefined, wrong);
});

test("keys mean one thing each", () => {
  assert.deepEqual(["u", "P", "s", "r", "h", "e", "j", "?"].map(deedFor), ["undo", "pause", "skip", "replay", "hands", "everybody", "join", "help"]);
  for (const key of ["u", "p", "s", "r", "h", "e", "j"]) assert.equal(command({ key }), undefined, `the deck has ${key} too`);
  assert.equal(deedFor("ArrowRight"), undefined, "that is the deck's");
});

test("everybody presses what was asked while they were there, once", () => {
  const asked = (slide, presses) => ({ slide, presses, values: { 0: "Spang", press: "Send" } });
  const along = new Along();
  assert.equal(along.take(asked("frames/2", 3)), undefined, "asked before they came");
  assert.equal(along.take(asked("frames/2", 3)), undefined);
  assert.equal(along.take(asked("frames/2", 4)), "Send");
  assert.equal(along.take(asked("frames/2", 4)), undefined);
  assert.equal(along.take(asked("masking/2", 0)), undefined, "another slide's lab is set");
  assert.equal(along.take(asked("masking/2", 1)), "Send");
  assert.equal(along.take(null), undefined);
  assert.equal(along.take(asked("frames/2", 1)), "Send");
});

test("recorded sessions of a lesson and the next are loaded ahead, each once", async () => {
  const slide = (replay) => ({ title: "A", level: "must", minutes: 1, steps: 0, ...(replay ? { replay } : {}) });
  const part = (id, ...slides) => ({ id, number: 1, title: id, level: "must", minutes: 1, slides });
  const outline = [part("a", slide("a/one")), part("b", slide("b/one"), slide("a/two"), slide("b/one"), slide()), part("c", slide("c/one")), part("d", slide("d/one"))];
  const asked = [];
  const fetched = globalThis.fetch;
  globalThis.fetch = async (url) => {
    asked.push(url);
    if (url.includes("two")) throw new TypeError("network");
    return Response.json({ title: url, events: [] });
  };
  try {
    await loadAhead(outline, "b");
    assert.deepEqual(asked, ["/lessons/b/recorded.json?lab=one", "/lessons/a/recorded.json?lab=two", "/lessons/c/recorded.json?lab=one"]);
    assert.equal((await recordedOf("b/one")).title, asked[0]);
    await assert.rejects(recordedOf("a/two"), /network is gone/);
    assert.equal(asked.length, 4, "what did not come is asked for again, and nothing else");
  } finally {
    globalThis.fetch = fetched;
  }
  assert.equal(replayOf(outline, { lesson: "b", slide: 2, step: 0 }), "a/two");
  assert.equal(replayOf(outline, { lesson: "b", slide: 9, step: 0 }), "");
});

test("a step leads over what is skipped", () => {
  const slides = (n) => Array.from({ length: n }, () => ({ title: "t", level: "must", minutes: 1, steps: 0 }));
  const outline = [["a", 2], ["b", 3], ["c", 1]].map(([id, n], i) => ({ id, number: i + 1, title: id, level: "must", minutes: 1, slides: slides(n) }));
  const at = (lesson, slide) => ({ lesson, slide, step: 0 });
  assert.deepEqual(pastSkipped(outline, at("a", 2), at("b", 1), ["b"]), at("c", 1));
  assert.deepEqual(pastSkipped(outline, at("b", 1), at("b", 2), ["b/2"]), at("b", 3));
  assert.deepEqual(pastSkipped(outline, at("c", 1), at("b", 3), ["b"]), at("a", 2), "backwards, too");
  assert.deepEqual(pastSkipped(outline, at("a", 1), at("b", 2), ["b"]), at("b", 2), "what is chosen by itself is shown");
  assert.equal(pastSkipped(outline, at("b", 3), at("c", 1), ["c"]), undefined);
  assert.equal(placeWords(outline, at("b", 2)), "lesson 2, slide 2 of 3");
});

test("hands", () => {
  assert.deepEqual(pollFrom("Who has used HTTP?"), { question: "Who has used HTTP?", options: ["Yes", "No"] });
  assert.deepEqual(pollFrom("Which one? curl / nc,a browser"), { question: "Which one?", options: ["curl", "nc", "a browser"] });
  assert.deepEqual(pollFrom("Hands up"), { question: "Hands up", options: ["Yes", "No"] });
  assert.equal(pollFrom("  "), undefined);
  assert.deepEqual(barsOf(["Yes", "No"], [3, 1]).map((b) => [b.label, b.words, b.part]), [["Yes", "3 · 75%", 1], ["No", "1 · 25%", 1 / 3]]);
  assert.deepEqual(barsOf(["Yes", "No"], [0, 0]).map((b) => b.words), ["0", "0"], "no share of nothing");
});

test("questions: open first, then by votes, then by age", () => {
  const q = (id, votes, answered) => ({ id, text: "", votes, answered });
  assert.deepEqual(inOrder([q(1, 0, false), q(2, 5, true), q(3, 2, false), q(4, 2, false)]).map((x) => x.id), [3, 4, 1, 2]);
});

test("the board: who needs help first", () => {
  const pupil = (viewer, is, stuck = false) => ({ viewer, exercises: is ? { "frames/smallest": is } : {}, stuck });
  const pupils = [pupil("teal otter", "passed"), pupil("red fox"), pupil("blue owl", "trying", true), pupil("grey cat", "trying")];
  const { rows, sums } = boardOf(pupils, "frames/smallest");
  assert.deepEqual(rows.map((r) => [r.viewer, r.is]), [["blue owl", "stuck"], ["grey cat", "trying"], ["red fox", "none"], ["teal otter", "passed"]]);
  assert.deepEqual(sums.map((s) => s.n), [1, 1, 1, 1]);
  assert.equal(standingOf(pupil("x", "passed", true), "frames/smallest"), "passed", "stuck elsewhere");
});

test("words for the line and the pace", () => {
  const line = { state: "open", over: "socket", rtt: 3.14, late: 0, welcome: {} };
  assert.deepEqual(linkWords(line), { is: "good", sign: "●", text: "by WebSocket, 3.1 ms there and back" });
  assert.equal(linkWords({ ...line, over: "poll", rtt: 500 }).is, "slow");
  assert.match(linkWords({ ...line, late: 2 }).text, /no answer/);
  assert.equal(linkWords({ ...line, state: "waiting" }).is, "gone");
  assert.deepEqual(linkWords({ ...line, state: "waiting", welcome: undefined }), { is: "slow", sign: "…", text: "joining…" });
  assert.equal(linkWords({ ...line, state: "waiting", reason: "server stops" }).text, "the line is down (server stops), it comes back by itself");
  assert.equal(paceWords({ fast: 0, slow: 0 }, 5), "nobody complains");
  assert.equal(paceWords({ fast: 3, slow: 0 }, 5), "3 too fast, 0 too slow, of 5: too fast");
  assert.equal(paceWords({ fast: 1, slow: 0 }, 43), "1 too fast, 0 too slow, of 43");
});

test("before the talk", () => {
  assert.deepEqual([clockResult(150).ok, clockResult(-2500).ok], [true, false]);
  assert.match(clockResult(-2500).words, /2\.5 s behind/);
  assert.deepEqual(["127.0.0.1", "localhost", "[::1]", "192.168.1.2"].map((h) => addressResult(h, h).ok), [false, false, false, true]);
  assert.deepEqual([undefined, { width: 1024, height: 768 }, { width: 1280, height: 720 }].map((s) => screenResult(s).ok), [false, false, true]);
});

test("bytes in lines", () => {
  assert.deepEqual(hexLines("8185", 4), { lines: ["81 85"], left: 0 });
  assert.deepEqual(hexLines("00".repeat(20), 18), { lines: ["00 ".repeat(16).trim(), "00 00"], left: 2 });
  assert.deepEqual(hexLines(""), { lines: [], left: 0 });
});

test("what a viewer wrote stands nowhere on a projector", () => {
  const said = { ...frame(1), viewer: "teal otter", sentence: "says Spang" };
  said.frame = { ...said.frame, text: "Spang", unmasked: "5370616e67", close: { code: 4000, reason: "Spang" } };
  const bare = textless(said);
  assert.ok(!JSON.stringify(bare).includes("Spang"));
  assert.equal(dataOf(bare), "53 70 61 6e 67", "bytes and lengths stay");
  assert.equal(textless(frame(1)).frame.text, frame(1).frame.text, "of nobody in the room: as it is");
  assert.equal(said.frame.text, "Spang", "the event itself is left alone");
  const body = textless({ kind: "body", viewer: "x", bytes: "5370", size: 2, lab: "sockets", body: { framing: "length", offset: 0, length: 2 } });
  assert.equal(dataOf(body), "53 70");
});

test("SHA-256, as Node.js computes it", () => {
  for (const text of ["", "abc", "a".repeat(55), "a".repeat(56), "a".repeat(64), "é".repeat(100)]) {
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"));
  }
});
