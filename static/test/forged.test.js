// Forged connections, found by their port among all that the feed tells.
import assert from "node:assert/strict";
import test from "node:test";
import { Forged } from "../forged.js";

function watch() {
  const feed = new EventTarget();
  const gone = new AbortController();
  const forged = new Forged(feed, gone.signal);
  let more = 0;
  forged.addEventListener("more", () => more++);
  const tell = (...items) => feed.dispatchEvent(new CustomEvent("items", { detail: items }));
  return { feed, gone, forged, tell, told: () => more };
}

const open = (conn, remote) => ({ kind: "open", conn, seq: conn * 10, driver: "forge", open: { remote } });
const sent = (conn, seq) => ({ kind: "frame", conn, seq, driver: "forge" });

test("the newest connection from a port", () => {
  const { forged, tell, told } = watch();
  tell(open(1, "127.0.0.1:5000"), sent(1, 11), open(2, "[::1]:6000"), { kind: "frame", conn: 1, seq: 12, driver: "page" }, { kind: "lost", count: 3 });
  assert.deepEqual(forged.from(5000).map((e) => e.seq), [10, 11]);
  assert.deepEqual(forged.from(6000).map((e) => e.seq), [20]);
  assert.deepEqual(forged.from(7000), []);
  tell(open(3, "127.0.0.1:5000"));
  assert.deepEqual(forged.from(5000).map((e) => e.seq), [30]);
  tell({ kind: "frame", conn: 9, seq: 90, driver: "page" });
  assert.equal(told(), 2);
});

test("it keeps the newest connections only, and nothing over a restart", () => {
  const { feed, forged, tell } = watch();
  for (let conn = 1; conn <= 20; conn++) tell(open(conn, `127.0.0.1:${conn}`));
  assert.deepEqual(forged.from(12), []);
  assert.equal(forged.from(20).length, 1);
  for (let i = 0; i < 1000; i++) tell(sent(20, 100 + i));
  assert.equal(forged.from(20).length, 200);
  feed.dispatchEvent(new Event("restart"));
  assert.deepEqual(forged.from(20), []);
});

test("it lets go when its page does", () => {
  const { gone, forged, tell } = watch();
  gone.abort();
  tell(open(1, "127.0.0.1:5000"));
  assert.deepEqual(forged.from(5000), []);
});
