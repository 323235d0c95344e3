// The word that a lab uses: an exercise's, or none.
import assert from "node:assert/strict";
import test from "node:test";
import { freeWord, labPlace, labWord, onWord, takeWord, wasAt } from "../lab-word.js";

test("a lab is free until an exercise lends it its word", () => {
  const gone = new AbortController();
  let told = 0;
  onWord(() => told++, gone.signal);
  assert.equal(labWord("polling"), "free");

  takeWord({ lesson: "polling", exercise: "waste", word: "plum-41" });
  assert.equal(labWord("polling"), "plum-41");
  assert.equal(labWord("comet"), "free", "another lesson's lab has its own");
  assert.equal(labPlace("polling")?.exercise, "waste");

  takeWord({ lesson: "polling", exercise: "waste", word: "plum-41" });
  assert.equal(told, 1, "the same word again is no change");
  takeWord({ lesson: "polling", exercise: "waste", word: "fig-7" });
  freeWord("polling");
  freeWord("polling");
  assert.deepEqual([labWord("polling"), told], ["free", 3]);

  gone.abort();
  takeWord({ lesson: "polling", exercise: "waste", word: "plum-41" });
  assert.equal(told, 3);
});

test("where the reader was", () => {
  const store = (value) => ({ getItem: () => value });
  assert.equal(wasAt("polling", "waste", store('{"polling":"waste"}')), true);
  assert.equal(wasAt("polling", "fresh", store('{"polling":"waste"}')), false);
  for (const nonsense of [null, "", "[]", "null", "{not", "7"]) assert.equal(wasAt("polling", "waste", store(nonsense)), false);
});
