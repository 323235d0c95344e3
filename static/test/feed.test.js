// The feed: it asks for what is new, comes back when cut off, and sees a server that began again.
import assert from "node:assert/strict";
import test from "node:test";
import { Feed } from "../feed.js";
import { backoff } from "../line.js";
import { fakeTimeouts } from "./timeouts.js";

/** A WebSocket that the test drives. */
class FakeSocket extends EventTarget {
  static all = [];
  closed = false;
  constructor(url) {
    super();
    this.url = url;
    FakeSocket.all.push(this);
  }
  opens() {
    this.dispatchEvent(new Event("open"));
  }
  says(value) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(value) }));
  }
  ends(reason = "") {
    this.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason }));
  }
  close() {
    this.closed = true;
  }
}

function follow() {
  FakeSocket.all = [];
  const feed = new Feed("ws://x/wire/abc/feed", { open: (url) => new FakeSocket(url), random: () => 0 });
  const seen = [];
  feed.addEventListener("items", (e) => seen.push(...e.detail.map((i) => i.seq ?? i.kind)));
  feed.addEventListener("restart", () => seen.push("restart"));
  feed.addEventListener("state", (e) => seen.push(e.detail.state));
  feed.start();
  return { feed, seen, socket: () => FakeSocket.all.at(-1) };
}

test("events in order, gaps where they were", () => {
  const { feed, seen, socket } = follow();
  assert.equal(socket().url, "ws://x/wire/abc/feed?after=0&began=");
  socket().opens();
  socket().says([{ kind: "wire", began: 1700 }, { kind: "open", seq: 1 }, { kind: "request", seq: 2 }]);
  socket().says({ kind: "lost", count: 3 });
  socket().says([{ kind: "frame", seq: 6 }]);
  assert.deepEqual(seen, ["connecting", "open", 1, 2, "lost", 6]);
  assert.equal(feed.last, 6);
  feed.stop();
  assert.ok(socket().closed);
});

test("cut off, it waits and goes on where it was", (t) => {
  const timeouts = fakeTimeouts(t);
  const { feed, seen, socket } = follow();
  socket().opens();
  socket().says([{ kind: "wire", began: 1700 }, { kind: "open", seq: 9 }]);
  socket().ends("going away");
  assert.equal(feed.state, "waiting");
  timeouts.tick(250);
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(socket().url, "ws://x/wire/abc/feed?after=9&began=1700");
  socket().ends();
  timeouts.tick(499);
  assert.equal(FakeSocket.all.length, 2, "the second wait is twice as long");
  timeouts.tick(1);
  assert.equal(FakeSocket.all.length, 3);
  socket().opens();
  socket().says([{ kind: "wire", began: 1700 }]);
  socket().says([{ kind: "frame", seq: 10 }]);
  assert.deepEqual(seen.filter((s) => typeof s === "number" || s === "restart"), [9, 10]);
  feed.stop();
});

test("retry does not wait", () => {
  const { feed, socket } = follow();
  socket().ends();
  feed.retry();
  assert.equal(FakeSocket.all.length, 2);
  feed.retry();
  assert.equal(FakeSocket.all.length, 2, "there is nothing to retry while connecting");
  feed.stop();
});

test("a server that began again, and is further by now", () => {
  const { feed, seen, socket } = follow();
  socket().opens();
  socket().says([{ kind: "wire", began: 1700 }, { kind: "open", seq: 2 }]);
  socket().ends();
  feed.retry();
  socket().opens();
  socket().says([{ kind: "wire", began: 1800 }]);
  socket().says([{ kind: "open", seq: 1 }, { kind: "request", seq: 2 }, { kind: "body", seq: 3 }]);
  assert.deepEqual(seen.slice(-4), ["restart", 1, 2, 3]);
  assert.equal(feed.last, 3);
  feed.stop();
});

test("a server that has begun nothing yet", () => {
  const { feed, seen, socket } = follow();
  socket().opens();
  socket().says([{ kind: "wire", began: 1700 }, { kind: "open", seq: 2 }]);
  socket().ends();
  feed.retry();
  socket().opens();
  socket().says([{ kind: "wire", began: null }]);
  assert.equal(seen.at(-1), "restart");
  socket().ends();
  feed.retry();
  assert.equal(socket().url, "ws://x/wire/abc/feed?after=0&began=");
  feed.stop();
});

test("backoff doubles, has a limit, and is spread", () => {
  assert.deepEqual([1, 2, 3].map((n) => backoff(n, () => 0)), [250, 500, 1000]);
  assert.deepEqual([1, 2, 3].map((n) => backoff(n, () => 1)), [500, 1000, 2000]);
  assert.equal(backoff(30, () => 1), 15000);
});
