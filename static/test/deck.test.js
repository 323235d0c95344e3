// Where next and back lead, what a link means, and which key asks for what.
import assert from "node:assert/strict";
import { test } from "node:test";
import { command, count, first, formatLink, last, next, nextSlide, parseLink, previous, previousSlide, resized, same, SIZES, slideAt, within } from "../deck.js";

const slide = (title, steps = 0) => ({ title, level: "must", minutes: 1, steps });
const part = (id, number, ...slides) => ({ id, number, title: id, level: "must", minutes: 3, slides });

const one = [part("frames", 8, slide("A"), slide("B", 2), slide("C"))];
const course = [...one, part("masking", 9, slide("D"), slide("E", 1))];
const at = (lesson, number, step = 0) => ({ lesson, slide: number, step });

test("next goes over steps, slides and lessons, and previous the same way back", () => {
  const way = [at("frames", 1), at("frames", 2), at("frames", 2, 1), at("frames", 2, 2), at("frames", 3), at("masking", 1), at("masking", 2), at("masking", 2, 1)];
  for (let i = 0; i < way.length; i++) {
    assert.deepEqual(next(course, way[i]), way[i + 1]);
    assert.deepEqual(previous(course, way[i]), way[i - 1]);
  }
  assert.equal(next(one, at("frames", 3)), undefined);
});

test("whole slides are gone to at their beginning", () => {
  assert.deepEqual(nextSlide(course, at("frames", 2, 1)), at("frames", 3));
  assert.deepEqual(previousSlide(course, at("masking", 1)), at("frames", 3));
  assert.deepEqual(previousSlide(course, at("frames", 3)), at("frames", 2));
  assert.equal(previousSlide(course, at("frames", 1)), undefined);
  assert.equal(nextSlide(course, at("none", 1)), undefined);
});

test("first and last stay in the lesson", () => {
  assert.deepEqual(first(course, at("masking", 2, 1)), at("masking", 1));
  assert.deepEqual(last(course, at("frames", 1)), at("frames", 3));
  assert.equal(count(course, at("frames", 1)), 3);
  assert.equal(slideAt(course, at("masking", 2))?.title, "E");
  assert.equal(slideAt(course, at("masking", 3)), undefined);
});

test("within takes the nearest place that there is", () => {
  assert.deepEqual(within(course, {}), at("frames", 1));
  assert.deepEqual(within(course, { lesson: "masking" }), at("masking", 1));
  assert.deepEqual(within(course, { lesson: "frames", slide: 99, step: 5 }), at("frames", 3));
  assert.deepEqual(within(course, { lesson: "frames", slide: 2, step: 9 }), at("frames", 2, 2));
  assert.deepEqual(within(course, { lesson: "frames", slide: -1, step: -1 }), at("frames", 1));
  assert.deepEqual(within(course, { lesson: "frames", slide: NaN, step: 0.5 }), at("frames", 1));
  assert.equal(within(course, { lesson: "none" }), undefined);
  assert.equal(within([], {}), undefined);
});

test("links name a lesson only where there are several", () => {
  for (const place of [at("frames", 1), at("frames", 2, 1)]) {
    assert.deepEqual(parseLink(one, formatLink(one, place)), place);
    assert.deepEqual(parseLink(course, formatLink(course, place)), place);
  }
  assert.equal(formatLink(one, at("frames", 2, 1)), "#2.1");
  assert.equal(formatLink(course, at("masking", 2)), "#masking/2");
  assert.deepEqual(parseLink(one, "#2.9"), at("frames", 2, 2));
  for (const link of ["", "#", "#main", "#0", "#2.", "#2.1.1", "#frames", "#none/2", "#-1", "#2 ", "#99999"]) {
    assert.equal(parseLink(course, link), undefined, link);
  }
});

test("places are the same when all of them is", () => {
  assert.ok(same(at("frames", 1), at("frames", 1)));
  assert.ok(same(undefined, undefined));
  for (const other of [undefined, at("frames", 1, 1), at("frames", 2), at("masking", 1)]) assert.ok(!same(at("frames", 1), other));
});

test("keys ask for what they say", () => {
  const asked = { ArrowRight: "next", " ": "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", ArrowDown: "down", ArrowUp: "up",
    Home: "first", End: "last", b: "blank", "+": "larger", "-": "smaller", i: "panel", "?": "help", Escape: "away", Enter: undefined, p: undefined, x: undefined };
  for (const [key, what] of Object.entries(asked)) assert.equal(command({ key }), what, key);
  assert.equal(command({ key: " ", shiftKey: true }), "back");
});

test("sizes have a least and a most", () => {
  assert.equal(resized(1, 1), 1.1);
  assert.equal(resized(1, -1), 0.9);
  assert.equal(resized(SIZES[0], -1), SIZES[0]);
  assert.equal(resized(SIZES.at(-1), 1), SIZES.at(-1));
  assert.equal(resized(NaN, 1), 1.1);
});
