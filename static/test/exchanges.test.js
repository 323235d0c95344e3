// Exchanges out of the feed's events: what belongs together, and every byte counted once.
import assert from "node:assert/strict";
import test from "node:test";
import { Exchanges, wordOf } from "../exchanges.js";
import { WireClock } from "../wire-clock.js";
import { end } from "./events.js";

const base = { conn: 1, exchange: 1, lab: "polling", driver: "page" };

function request(seq, more = {}) {
  const { target = "/lab/polling/plum-41?wire=abc", method = "GET", ...rest } = more;
  return { ...base, seq, at: seq, direction: "up", kind: "request", size: 400, overhead: 400, http: { method, target, fields: [] }, ...rest };
}

function response(seq, status, fields = {}, more = {}) {
  const list = Object.entries(fields).map(([name, value]) => ({ name, value }));
  return { ...base, seq, at: seq, direction: "down", kind: "response", size: 150, overhead: 150, http: { status, fields: list }, ...more };
}

function body(seq, size, last, more = {}) {
  return { ...base, seq, at: seq, direction: "down", kind: "body", size: size + 5, overhead: 5, body: { framing: "chunked", last }, ...more };
}

function follow(options = {}) {
  const feed = new EventTarget();
  const gone = new AbortController();
  const page = { now: 0 };
  const exchanges = new Exchanges(feed, { lab: "polling", signal: gone.signal, clock: new WireClock(() => page.now), ...options });
  let changes = 0;
  exchanges.addEventListener("change", () => changes++);
  const send = (...items) => feed.dispatchEvent(new CustomEvent("items", { detail: items }));
  return { exchanges, send, feed, gone, page, changes: () => changes };
}

test("the word in a lab's path", () => {
  assert.equal(wordOf("/lab/polling/plum-41?wire=abc"), "plum-41");
  assert.equal(wordOf("/lab/polling/free"), "free");
  assert.equal(wordOf("/lab/polling"), "");
  assert.equal(wordOf("/echo?wire=abc"), "");
});

test("a request and its answer in pieces are one exchange", () => {
  const { exchanges, send, changes } = follow();
  send(request(1));
  const [x] = exchanges.list;
  assert.deepEqual([x.word, x.open, x.status, x.up, x.down], ["plum-41", true, undefined, 400, 0]);
  send(response(3, 200, { "Transfer-Encoding": "chunked" }), body(4, 7, false));
  assert.deepEqual([x.answered, x.ended, x.open], [3, undefined, true]);
  send(body(9, 0, true));
  assert.deepEqual([x.ended, x.open, x.cut], [9, false, false]);
  assert.deepEqual([x.down, x.downOverhead, x.upOverhead, x.bodies.length], [167, 160, 400, 2]);
  assert.equal(changes(), 3);
});

test("answers without a body end with their head", () => {
  for (const [status, fields, method] of [[204, {}, "GET"], [304, {}, "GET"], [200, { "content-length": "0" }, "GET"], [200, { "Content-Length": "12" }, "HEAD"]]) {
    const { exchanges, send } = follow();
    send(request(1, { method }), response(2, status, fields));
    assert.deepEqual([exchanges.list[0].ended, exchanges.list[0].status], [2, status]);
  }
  const { exchanges, send } = follow();
  send(request(1), response(2, 200, { "Content-Length": "12" }));
  assert.equal(exchanges.list[0].open, true);
});

test("a 100 is not the answer", () => {
  const { exchanges, send } = follow();
  send(request(1), response(2, 100), response(5, 200, { "Content-Length": "0" }));
  assert.deepEqual([exchanges.list[0].answered, exchanges.list[0].status, exchanges.list[0].down], [5, 200, 300]);
});

test("what was open when the connection ended was cut", () => {
  const { exchanges, send } = follow();
  send(request(1), request(2, { exchange: 2 }), response(3, 204), end(7));
  assert.deepEqual(exchanges.list.map((x) => [x.ended, x.cut]), [[3, false], [7, true]]);
});

test("a body that lasts until the close is whole", () => {
  const { exchanges, send } = follow();
  send(request(1), response(2, 200), body(3, 9, false, { body: { framing: "close", last: false } }), end(4));
  assert.deepEqual([exchanges.list[0].ended, exchanges.list[0].cut], [4, false]);
});

test("other labs, and what is not accepted, stay out", () => {
  const { exchanges, send, changes } = follow({ accept: (x) => x.word === "plum-41" });
  send(request(1, { lab: "comet" }), request(2, { target: "/lab/polling/free", exchange: 2 }), response(3, 204, {}, { exchange: 2 }));
  assert.deepEqual([exchanges.list.length, changes()], [0, 0]);
});

test("a request from before a clear that is told of after it belongs to no exchange", () => {
  const { exchanges, send, page } = follow();
  send(request(10));
  page.now = 100; // the wire's clock is at 110
  exchanges.clear();
  send(request(11, { exchange: 2, at: 105 }), response(12, 503, {}, { exchange: 2, at: 111 }), request(13, { exchange: 3, at: 112 }));
  assert.deepEqual(exchanges.list.map((x) => x.number), [3]);
});

test("after a clear the exchanges begin with the next request", () => {
  const { exchanges, send } = follow();
  send(request(1));
  exchanges.clear();
  send(response(2, 204), request(3, { exchange: 2 }));
  assert.deepEqual(exchanges.list.map((x) => x.number), [2]);
});

test("when the server's numbers begin again, nothing is awaited any more", () => {
  const { exchanges, send, feed } = follow();
  send(request(5));
  exchanges.clear();
  feed.dispatchEvent(new Event("restart"));
  send(request(1), response(2, 204));
  assert.deepEqual(exchanges.list.map((x) => x.status), [204]);
});

test("what is kept is bounded, and what was lost is known", () => {
  const { exchanges, send, gone } = follow();
  send({ kind: "lost", count: 3 });
  for (let i = 1; i <= 1005; i++) send(request(2 * i, { exchange: i }), response(2 * i + 1, 204, {}, { exchange: i }));
  assert.deepEqual([exchanges.list.length, exchanges.gone, exchanges.lost], [1000, 5, 3]);
  assert.equal(exchanges.list[0].number, 6);
  gone.abort();
  send(request(9000));
  assert.equal(exchanges.list.length, 1000);
});
