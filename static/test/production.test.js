// What lesson 12's labs make of the wire: both sides of an intermediary, tries, samples.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Exchange } from "../exchanges.js";
import { area, dropped, headRows, hopBars, hopLanes, path, ratio, readAt, silence, ticksOf, tries } from "../production-sums.js";
import { end, frame, ping, upgrade } from "./events.js";

const target = "/lab/production/free?wire=abc&through=idle&socket=ab2c";

/** An exchange that was upgraded, with frames after it, and perhaps an end. */
function socket(seq, { driver = "page", frames = [], ended } = {}) {
  const [request, response] = upgrade(seq, { target, driver });
  const x = new Exchange(request);
  x.add(response);
  for (const e of frames) x.add(e);
  if (ended !== undefined) x.closed(end(ended));
  return x;
}

/** A handshake that was refused. */
function refusal(at, status = 503) {
  const [request, response] = upgrade(at, { target });
  const x = new Exchange(request);
  x.add({ ...response, http: { ...response.http, status, fields: [{ name: "Content-Length", value: "0" }] } });
  return x;
}

test("a socket is drawn until it ends, with what crossed, and says whether somebody said goodbye", () => {
  const close = frame(40, { opcode: 8, type: "close", text: "" });
  const kinds = (x) => hopBars(x).map((b) => b.kind).join(" ");
  assert.equal(kinds(socket(1)), "ask stream");
  assert.equal(hopBars(socket(1))[1].to, undefined);
  assert.equal(kinds(socket(1, { frames: [frame(10), ping(20)], ended: 60 })), "ask stream delivered event error");
  assert.equal(kinds(socket(1, { frames: [close], ended: 60 })), "ask stream empty");
  assert.equal(kinds(refusal(5)), "error");
  assert.equal(dropped(socket(1, { ended: 60 })), true);
  assert.equal(dropped(socket(1)), false);
});

test("silence is counted from the last frame, or from the 101", () => {
  assert.equal(silence(socket(1, { frames: [frame(10)], ended: 60 })), 50);
  assert.equal(silence(socket(1, { ended: 60 })), 59);
  assert.equal(silence(socket(1)), undefined);
});

test("what an intermediary sent on has a lane of its own", () => {
  const lanes = hopLanes([socket(1), socket(3, { driver: "proxy" }), refusal(9)]);
  assert.deepEqual(lanes.map((l) => l.bars.length), [3, 2]);
});

test("heads are compared by fields, those that differ and those that matter", () => {
  const head = (driver, fields) => {
    const [request] = upgrade(1, { target, driver });
    return new Exchange({ ...request, http: { ...request.http, fields: fields.map(([name, value]) => ({ name, value })) } });
  };
  const front = head("page", [["Host", "a"], ["Connection", "Upgrade"], ["Upgrade", "websocket"], ["Accept", "*/*"], ["Sec-WebSocket-Key", "k"]]);
  const back = head("proxy", [["Host", "a"], ["Via", "1.1 x"], ["Sec-Websocket-Key", "k"], ["accept", "*/*"]]);
  assert.deepEqual(headRows(front, back), [
    { name: "Upgrade", front: "websocket", back: "", differs: true },
    { name: "Connection", front: "Upgrade", back: "", differs: true },
    { name: "Host", front: "a", back: "a", differs: false },
    { name: "Via", front: "", back: "1.1 x", differs: true },
  ]);
  assert.deepEqual(headRows(front, undefined), []);
});

test("tries begin behind the drop, and each wait behind the end of the try before", () => {
  const list = tries([socket(1, { ended: 100 }), refusal(600), refusal(1700), socket(3900), socket(9000)], 100);
  assert.deepEqual(list.map((t) => [t.wait, t.status]), [[500, 503], [1100, 503], [2200, 101]]);
  assert.deepEqual(tries([], 5), []);
});

test("lines and areas run through the samples", () => {
  const samples = [{ at: 0, given: 0, waiting: 0 }, { at: 10, given: 8, waiting: 6 }];
  const same = (n) => n;
  assert.equal(path(samples, (s) => s.given, same, same), "M0.0 0.0L10.0 8.0");
  assert.equal(area(samples, (s) => s.given, (s) => s.given - s.waiting, same, same), "M0.0 0.0L10.0 8.0L10.0 2.0L0.0 0.0Z");
  assert.equal(area(samples.slice(0, 1), same, same, same, same), "");
});

test("what was read is that of the last read before", () => {
  const reads = [{ at: 5, read: 16 }, { at: 9, read: 32 }];
  assert.deepEqual([4, 5, 8, 9, 99].map((t) => readAt(reads, t)), [0, 16, 16, 32, 32]);
});

test("ticks are round, and not too many", () => {
  assert.deepEqual(ticksOf(2 << 20, 4), [0, 1_000_000, 2_000_000]);
  for (const most of [1, 7, 99, 12_345]) assert.ok(ticksOf(most, 4).length <= 5);
});

test("a ratio of nothing is none", () => {
  assert.equal(ratio(4, 2), "2.00");
  assert.equal(ratio(2, 0), "–");
});
