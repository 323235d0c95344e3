// The rows behind the inspector: grouping, counting, hiding, pausing, bounds.
import assert from "node:assert/strict";
import test from "node:test";
import { parseFilter } from "../filter.js";
import { Model } from "../model.js";
import { end, frame, ping, upgrade } from "./events.js";

const seqs = (model) => model.rows.map((row) => row.event?.seq ?? (row.notice ? "notice" : `${row.parts.length} frames`));

test("events become rows in order", () => {
  const model = new Model();
  model.add([...upgrade(1), frame(3), frame(4, { direction: "down" })]);
  assert.deepEqual(seqs(model), [1, 2, 3, 4]);
  const row = model.rows[2];
  assert.deepEqual([row.type, row.data, row.payload, row.overhead, row.direction], ["text", "Spang", 5, 6, "up"]);
});

test("one message of several frames is one row that unfolds", () => {
  const model = new Model();
  model.add([frame(1, { text: "Hel", fin: false, message: 1 })]);
  assert.deepEqual(seqs(model), [1]);
  const before = model.rows[0].key;
  model.add([
    ping(2),
    frame(3, { text: "l", opcode: 0, type: "continuation", fin: false, message: 1, part: 2 }),
    frame(4, { text: "o", opcode: 0, type: "continuation", message: 1, part: 3 }),
    frame(5, { text: "next", message: 2 }),
  ]);
  assert.deepEqual(seqs(model), ["3 frames", 2, 5]);
  const message = model.rows[0];
  assert.equal(message.key, before, "the row that was there stays the same row");
  assert.deepEqual([message.type, message.payload, message.overhead], ["text ×3", 5, 18]);
  assert.match(message.data, /^3 frames · Hello$/);
  assert.equal(message.devtools.mark, "shown");
  assert.equal(model.fold(message, false), true);
  assert.deepEqual(seqs(model), ["3 frames", 1, 3, 4, 2, 5]);
  assert.equal(model.rows[2].message, message);
  assert.equal(model.fold(message, true), true);
  assert.equal(model.fold(message, true), false);
  assert.deepEqual(seqs(model), ["3 frames", 2, 5]);
});

test("messages of two directions and connections grow apart", () => {
  const model = new Model();
  const part = (seq, part, more) => frame(seq, { message: 1, part, fin: part === 2, opcode: part === 1 ? 1 : 0, ...more });
  model.add([
    part(1, 1, {}),
    part(2, 1, { direction: "down" }),
    part(3, 1, { conn: 2 }),
    part(4, 2, {}),
    part(5, 2, { direction: "down" }),
    part(6, 2, { conn: 2 }),
  ]);
  assert.deepEqual(seqs(model), ["2 frames", "2 frames", "2 frames"]);
});

test("totals count bytes and overhead each way, and messages as requests from a measured head", () => {
  const model = new Model();
  model.add([frame(1)]);
  assert.equal(model.asRequests, undefined, "no request was measured yet");
  model.clear();
  model.add([...upgrade(1), frame(3), frame(4, { text: "ab", fin: false, message: 4 }), frame(5, { text: "c", opcode: 0, message: 4, part: 2 }), ping(6)]);
  assert.deepEqual(model.totals.up, { size: 507 + 11 + 8 + 7, overhead: 507 + 18, messages: 2, frames: 3, payload: 8 });
  assert.deepEqual(model.totals.down, { size: 129 + 4, overhead: 129 + 2, messages: 0, frames: 1, payload: 0 });
  assert.deepEqual(model.asRequests, { head: 507, messages: 2, size: 2 * 507 + 8 });
});

test("a terminal's request is not the reader's browser's", () => {
  const model = new Model();
  model.add([...upgrade(1, { driver: "terminal" }), frame(3, { driver: "terminal" })]);
  assert.equal(model.asRequests, undefined);
});

test("tabs", () => {
  const model = new Model();
  model.add([...upgrade(1), frame(3), ...upgrade(4, { conn: 2, driver: "terminal" }), frame(6, { conn: 2, driver: "terminal" })]);
  assert.deepEqual([...model.conns.values()].map((c) => [c.number, c.name, c.driver, c.open]), [
    [1, "WebSocket /echo", "page", true],
    [2, "WebSocket /echo", "terminal", true],
  ]);
  model.tab = 2;
  assert.deepEqual(seqs(model), [4, 5, 6]);
  assert.equal(model.totals.up.frames, 1);
  model.tab = undefined;
  assert.equal(model.rows.length, 6);
});

test("control frames hide, and are counted", () => {
  const model = new Model();
  model.add([frame(1), ping(2), ping(3), frame(4)]);
  model.hideControl = true;
  assert.deepEqual(seqs(model), [1, 4]);
  assert.equal(model.hidden, 2);
  model.filter = parseFilter("dir:up").test;
  assert.deepEqual(seqs(model), [1, 4]);
  assert.equal(model.hidden, 0, "those that the filter takes out are not counted as hidden");
  model.hideControl = false;
  model.filter = undefined;
  assert.equal(model.rows.length, 4);
});

test("a filter finds a message by any of its frames", () => {
  const model = new Model();
  model.add([frame(1, { text: "aaa", fin: false, message: 1 }), frame(2, { text: "needle", opcode: 0, message: 1, part: 2 }), frame(3)]);
  model.filter = parseFilter("needle").test;
  assert.deepEqual(seqs(model), ["2 frames"]);
});

test("pause keeps what arrives waiting", () => {
  const model = new Model();
  model.add([frame(1)]);
  model.pause();
  assert.deepEqual(model.add([frame(2), frame(3)]), []);
  assert.deepEqual([model.rows.length, model.waiting, model.totals.up.frames], [1, 2, 1]);
  assert.equal(model.resume().length, 2);
  assert.deepEqual([seqs(model), model.waiting], [[1, 2, 3], 0]);
});

test("a paused page keeps no more than its limit waiting, and says what it let go of", () => {
  const model = new Model(3);
  model.pause();
  model.add([1, 2, 3, 4, 5].map((n) => frame(n)));
  assert.equal(model.waiting, 5);
  model.resume();
  assert.deepEqual(seqs(model), ["notice", 3, 4, 5]);
  assert.match(model.rows[0].notice, /^2 events had left/);
});

test("only so many events are kept", () => {
  const model = new Model(100);
  for (let n = 1; n <= 1000; n += 10) model.add(Array.from({ length: 10 }, (_, i) => frame(n + i)));
  assert.deepEqual([model.size, model.gone, model.rows.length], [100, 900, 100]);
  assert.equal(model.rows[0].event.seq, 901);
  assert.equal(model.totals.up.frames, 1000, "sums go on counting");
});

test("one endless message is bounded too", () => {
  const model = new Model(10);
  for (let n = 1; n <= 50; n++) model.add([frame(n, { message: 1, part: n, fin: false, opcode: n === 1 ? 1 : 0 })]);
  assert.equal(model.size, 10);
  assert.equal(model.rows[0].parts.length, 10);
});

test("a closed connection leaves with its last row", () => {
  const model = new Model(2);
  model.add([frame(1), end(2)]);
  assert.equal(model.conns.size, 1);
  assert.equal(model.conns.get(1).open, false);
  model.add([frame(3, { conn: 2 }), frame(4, { conn: 2 })]);
  assert.deepEqual([...model.conns.keys()], [2]);
});

test("a gap is a row of its own", () => {
  const model = new Model();
  model.add([frame(1), { kind: "lost", count: 1 }, frame(3)]);
  assert.deepEqual(seqs(model), [1, "notice", 3]);
  assert.match(model.rows[1].data, /^1 event had left/);
  model.filter = parseFilter("spang").test;
  assert.deepEqual(seqs(model), [1, 3]);
});

test("numbers that begin again", () => {
  const model = new Model();
  model.add([...upgrade(1), frame(3)]);
  model.tab = 1;
  model.restart();
  model.add([frame(1, { conn: 1, text: "new" })]);
  assert.equal(model.tab, undefined);
  assert.deepEqual(model.rows.map((r) => r.stale), [true, true, true, false, false]);
  model.tab = 1;
  assert.deepEqual(model.rows.map((r) => r.data), ["new"]);
});

test("clear empties rows and sums, and keeps open connections", () => {
  const model = new Model();
  model.add([...upgrade(1), frame(3), frame(4, { conn: 2 }), end(5, { conn: 2 })]);
  model.clear();
  assert.deepEqual([model.rows.length, model.size, model.totals.up.size], [0, 0, 0]);
  assert.deepEqual([...model.conns.keys()], [1]);
});

test("the page's CloseEvent finds its connection, whichever comes first", () => {
  const close = { socket: "ab2c", code: 1005, reason: "", wasClean: true };
  for (const first of [true, false]) {
    const model = new Model();
    if (first) model.closed(close);
    model.add(upgrade(1));
    if (!first) model.closed(close);
    assert.deepEqual(model.conns.get(1).pageClose, close);
  }
});

test("close frames tell who closed first before TCP ends", () => {
  const model = new Model();
  const bye = (seq, direction, code) => ({ ...frame(seq, { direction, opcode: 8, type: "close", text: "" }), frame: { type: "close", opcode: 8, payloadLength: 2, close: { code, reason: "" } } });
  model.add([...upgrade(1), bye(3, "up", 4000), bye(4, "down", 4000)]);
  const { truth } = model.conns.get(1);
  assert.deepEqual([truth.first, truth.up.code, truth.down.code, truth.clean], ["up", 4000, 4000, true]);
});

test("a Blob is marked empty, whichever comes first", () => {
  for (const first of [true, false]) {
    const model = new Model();
    if (first) model.sentBlob("ab2c", 3);
    model.add([...upgrade(1), frame(3, { messageType: "binary", opcode: 2, type: "binary" }), frame(4)]);
    if (!first) model.sentBlob("ab2c", 3);
    assert.deepEqual(model.rows.map((r) => r.devtools.mark), ["shown", "shown", "empty", "shown"]);
  }
});

test("a row is found by its event's number, also inside a message, until the numbers begin again", () => {
  const model = new Model();
  model.add([frame(1, { fin: false, message: 1 }), frame(2, { opcode: 0, type: "continuation", message: 1, part: 2 }), ping(3)]);
  assert.equal(model.numbered(3).event.seq, 3);
  assert.equal(model.numbered(2).event.seq, 2);
  assert.equal(model.numbered(2).message.parts.length, 2);
  assert.equal(model.numbered(4), undefined);
  model.restart();
  assert.equal(model.numbered(3), undefined);
});

test("a message is found by its socket and number", () => {
  const model = new Model();
  model.add([...upgrade(1), frame(3, { message: 1 }), frame(4, { direction: "down", message: 1 })]);
  assert.equal(model.find("ab2c", "up", 1).event.seq, 3);
  assert.equal(model.find("ab2c", "down", 1).event.seq, 4);
  assert.equal(model.find("zzzz", "up", 1), undefined);
});
