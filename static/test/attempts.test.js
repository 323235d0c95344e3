// Exercises as the page knows them: their newest state, how they stand, what to do again, where to go on.
import assert from "node:assert/strict";
import test from "node:test";
import { Attempts } from "../attempts.js";
import { missed, next, standing, tally } from "../standing.js";

function exercise(id, state = "not yet", progress = {}, lesson = "request") {
  return { kind: "exercise", lesson, id, revision: 1, word: "plum-41", verdict: { state }, progress };
}

test("the newest of each exercise", () => {
  let socket;
  class Socket extends EventTarget {
    close() {}
  }
  const attempts = new Attempts(() => "ws://x/wire/abc/exercises", { open: () => (socket = new Socket()) });
  const told = [];
  attempts.addEventListener("exercise", (e) => told.push(`${e.detail.id} ${e.detail.verdict.state}`));
  attempts.addEventListener("keeping", (e) => told.push(`keeping ${e.detail.ok}`));
  attempts.addEventListener("batch", () => told.push("batch"));
  attempts.start();
  const says = (value) => socket.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(value) }));
  says([exercise("raw-get"), exercise("no-host"), { kind: "keeping", ok: false, why: "It is away." }]);
  says([exercise("raw-get", "passed")]);
  says([{ kind: "other" }]);
  assert.deepEqual(told, ["raw-get not yet", "no-host not yet", "keeping false", "batch", "raw-get passed", "batch", "batch"]);
  assert.equal(attempts.get("request", "raw-get").verdict.state, "passed");
  assert.equal(attempts.get("comet", "raw-get"), undefined);
  assert.equal(attempts.keeping.why, "It is away.");
  attempts.stop();
});

test("how an exercise stands", () => {
  const stand = (...args) => standing(exercise("a", ...args)).stand;
  assert.equal(standing(undefined).stand, "open");
  assert.equal(stand(), "open");
  assert.equal(stand("wrong"), "wrong");
  assert.equal(stand("can't tell"), "cannot");
  assert.equal(stand("passed"), "passed");
  assert.equal(stand("not yet", { passed: 1 }), "passed", "a new word takes nothing away");
  assert.equal(stand("wrong", { passed: 1 }), "passed");
  assert.equal(stand("not yet", { passed: 1, changed: true }), "changed");
  assert.equal(stand("passed", { passed: 1, changed: true }), "passed");
});

test("what is worth doing again", () => {
  const why = (...args) => missed(exercise("a", ...args));
  assert.equal(why(), "");
  assert.equal(why("passed", { passed: 1 }), "");
  assert.equal(why("passed", { passed: 1, missed: 1 }), "one try was wrong");
  assert.equal(why("not yet", { missed: 3, hints: 2 }), "3 tries were wrong; you took 2 hints");
  assert.equal(why("not yet", { seen: true, hints: 3 }), "you have opened the solution");
  assert.equal(why("not yet", { passed: 1, changed: true }), "it has changed since you passed");
});

test("passed and total, lesson by lesson", () => {
  const t = tally([exercise("a", "passed"), exercise("b"), exercise("c", "passed", {}, "comet")]);
  assert.deepEqual([...t], [["request", { passed: 1, total: 2 }], ["comet", { passed: 1, total: 1 }]]);
});

test("where to go on", () => {
  const course = ["request", "polling", "comet"];
  assert.equal(next(course, [], null), undefined, "a reader who has done nothing begins");
  assert.deepEqual(next(course, [], "polling"), { lesson: "polling" }, "visits, where there is no progress");
  assert.deepEqual(next(course, [exercise("a"), exercise("b")], "request"), { lesson: "request" });
  assert.deepEqual(next(course, [exercise("a", "passed"), exercise("b")], "request"), { lesson: "request", exercise: "b" });
  assert.deepEqual(next(course, [exercise("a", "passed")], "request"), { lesson: "polling" });
  assert.deepEqual(next(course, [exercise("a", "passed", {}, "comet")], "comet"), { lesson: "comet" }, "nothing comes behind the last");
  const elsewhere = [exercise("a", "not yet", { passed: 1, at: "2026-11-20T10:00:00Z" }), exercise("b", "not yet", { passed: 1, at: "2026-11-22T10:00:00Z" }, "polling"), exercise("c", "not yet", {}, "polling")];
  assert.deepEqual(next(course, elsewhere, null), { lesson: "polling", exercise: "c" }, "another device has no visits");
  assert.deepEqual(next(course, elsewhere, "gone"), { lesson: "polling", exercise: "c" });
});
