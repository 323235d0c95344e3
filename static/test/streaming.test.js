// Event streams without a page: how they are read, and what their chunks carried and cost.
import assert from "node:assert/strict";
import test from "node:test";
import { SseReader } from "../sse.js";
import { chunksOf, gaps, lanes, lastEventId, sums } from "../stream-sums.js";

const hex = (text) => Buffer.from(text).toString("hex");

function chunk(seq, text) {
  const size = Buffer.byteLength(text).toString(16);
  const last = text === "";
  const framing = last ? 5 : size.length + 4;
  return { seq, at: seq, size: framing + Buffer.byteLength(text), overhead: framing, payloadLength: Buffer.byteLength(text), bytes: hex(last ? "0\r\n\r\n" : `${size}\r\n${text}\r\n`), body: { framing: "chunked", last, offset: last ? 0 : size.length + 2, length: Buffer.byteLength(text) } };
}

function stream(at, chunks, { ended, last, status = 200 } = {}) {
  return { at, answered: at + 1, ended, open: ended === undefined, cut: ended !== undefined && !chunks.at(-1)?.body.last, status, driver: "page", up: 500, down: 200, request: { seq: at, http: { fields: last === undefined ? [] : [{ name: "Last-Event-ID", value: last }] } }, response: { seq: at + 1, size: 180 }, bodies: chunks };
}

test("events end with a blank line, wherever the bytes were cut", () => {
  const whole = "retry: 2000\n\n: a comment\nid: 1\ndata: one\n\nid: 2\r\ndata: two\r\ndata:lines\r\n\r\ndata: again\n\n";
  const want = [{ kind: "retry", ms: 2000 }, { kind: "comment", text: "a comment" }, { kind: "event", id: "1", data: "one" }, { kind: "event", id: "2", data: "two\nlines" }, { kind: "event", id: "2", data: "again" }];
  assert.deepEqual(new SseReader().feed(whole), want);
  const lf = whole.replaceAll("\r\n", "\n");
  for (let cut = 1; cut < lf.length; cut++) {
    const reader = new SseReader();
    assert.deepEqual([...reader.feed(lf.slice(0, cut)), ...reader.feed(lf.slice(cut))], want);
    assert.equal(reader.pending, false);
  }
});

test("a chunk's cost, and the event that it ends", () => {
  const x = stream(0, [chunk(2, "retry: 2000\n\n"), chunk(3, "id: 1\nda"), chunk(4, "ta: one\n\n"), chunk(5, "")], { ended: 5 });
  const chunks = chunksOf(x);
  assert.deepEqual(chunks.map((c) => [c.size, c.data, c.framing, c.half, c.last]), [["d", 13, 5, false, false], ["8", 8, 5, true, false], ["9", 9, 5, false, false], ["0", 0, 5, false, true]]);
  assert.deepEqual(chunks[2].pieces, [{ kind: "event", id: "1", data: "one" }]);
});

test("what a cut costs and what Last-Event-ID brings back", () => {
  const first = stream(0, [chunk(2, "id: 4\ndata: a\n\n")], { ended: 10 });
  const second = stream(20, [chunk(22, "id: 6\ndata: c\n\n")], { last: "4" });
  assert.equal(lastEventId(second), "4");
  assert.deepEqual(gaps([first, second]), [5]);
  second.bodies.unshift(chunk(21, "id: 5\ndata: b\n\n"));
  assert.deepEqual(gaps([first, second]), []);
  const { answers, chunks, events, heads } = sums([first, second], []);
  assert.deepEqual([answers, chunks, events, heads], [2, 3, 3, 1360]);
  const drawn = lanes([{ id: 4, at: 1, text: "a" }], [first, second], [{ at: 5, ended: 6, open: false, status: 204, driver: "page", request: { seq: 9 } }]);
  assert.deepEqual(drawn.map((l) => l.bars.map((b) => b.kind)), [["event"], ["ask", "stream", "error", "ask", "stream"], ["ask"]]);
});
