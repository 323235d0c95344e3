// The Comet lab without a page: how it asks again, what became of each event, and the wire's clock.
import assert from "node:assert/strict";
import test from "node:test";
import { CometLoop } from "../comet-loop.js";
import { fates, hasCursor, idsIn, lanes, sums } from "../comet-sums.js";
import { WireClock } from "../wire-clock.js";

const hex = (text) => Buffer.from(text).toString("hex");

function exchange(at, ended, status, ids = [], target = "/lab/comet/free?wire=a") {
  const bytes = hex(JSON.stringify({ word: "free", last: ids.at(-1) ?? 0, events: ids.map((id) => ({ id, at: 1, text: "x" })) }));
  return { at, ended, answered: ended, status, open: ended === undefined, target, driver: "page", up: 400, down: 200, request: { seq: at }, response: ended === undefined ? undefined : { seq: ended }, bodies: status === 200 ? [{ bytes, body: { offset: 0, length: bytes.length / 2 } }] : [] };
}

const happened = (id, at) => ({ id, at, text: `event ${id}` });

test("an answer's events are read from its bytes", () => {
  assert.deepEqual(idsIn(exchange(0, 5, 200, [3, 4])), [3, 4]);
  assert.deepEqual(idsIn(exchange(0, 5, 204)), []);
  assert.equal(hasCursor({ target: "/lab/comet/free?wire=a&since=0" }), true);
  assert.equal(hasCursor({ target: "/lab/comet/free?wire=a&since=" }), false);
});

test("an event that nobody waited for is lost to who keeps no cursor", () => {
  const events = [happened(1, 10), happened(2, 60)];
  const first = exchange(0, 11, 200, [1]);
  assert.deepEqual(fates(events, [first]).map((e) => e.fate), ["delivered", "open"]);
  const second = exchange(111, undefined, undefined);
  assert.deepEqual(fates(events, [first, second]).map((e) => e.fate), ["delivered", "lost"]);
  const cursor = exchange(111, 112, 200, [2], "/lab/comet/free?since=1&wire=a");
  const told = fates(events, [first, cursor]);
  assert.deepEqual(told.map((e) => e.fate), ["delivered", "delivered"]);
  const { happened: all, delivered, lost, bytes, delay } = sums(told, [first, cursor]);
  assert.deepEqual([all, delivered, lost, bytes, delay], [2, 2, 0, 1200, (1 + 52) / 2]);
  // A cursor brings back what was lost.
  assert.deepEqual(fates(events, [first, second, cursor]).map((e) => e.fate), ["delivered", "delivered"]);
});

test("a request that is held has paid for no event yet", () => {
  const list = [exchange(0, 11, 200, [1]), exchange(12, undefined, undefined)];
  const { requests, bytes } = sums(fates([happened(1, 10)], list), list);
  assert.deepEqual([requests, bytes], [2, 600]);
});

test("lanes tell how each request ended", () => {
  const list = [exchange(0, 5, 200, [1]), exchange(6, 20, 204), exchange(21, 30, 504), { ...exchange(31, 40, undefined), status: undefined, response: undefined }, exchange(41)];
  const drawn = lanes(fates([happened(1, 4)], list), list);
  assert.deepEqual(drawn[1].bars.map((b) => b.kind), ["wait", "delivered", "wait", "empty", "wait", "error", "wait", "error", "wait"]);
  assert.equal(drawn[1].bars.at(-1).to, undefined);
  assert.equal(drawn.length, 2);
});

/** A server of a test: answers in turn, then holds for ever. */
function server(...answers) {
  const asked = [];
  const get = (url, { signal }) => {
    asked.push(url);
    const answer = answers.shift();
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer) return Promise.resolve({ text: async () => "", json: async () => ({}), ...answer });
    return new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  };
  return { asked, get };
}

const until = async (ok) => {
  while (!ok()) await new Promise((done) => setImmediate(done));
};

test("the cursor of each request is the last event that came", async () => {
  const manners = { word: "plum-41", cursor: true, pause: 0, through: false, patience: "at once" };
  const { asked, get } = server({ status: 200, json: async () => ({ last: 4 }) }, { status: 204 });
  const loop = new CometLoop("abc", () => manners, { fetch: get });
  loop.start();
  loop.start();
  await until(() => asked.length === 3);
  assert.deepEqual(asked, [0, 4, 4].map((n) => `/lab/comet/plum-41?wire=abc&since=${n}`));
  assert.equal(loop.state, "asking");
  loop.stop();
  assert.equal(loop.running, false);
});

test("without patience it gives up, and a refusal ends it too", async () => {
  for (const [status, patience, said] of [[204, "never", /answer was 204/], [429, "at once", /too many/]]) {
    const { get } = server({ status, json: async () => ({ error: "too many" }) });
    const loop = new CometLoop("abc", () => ({ word: "free", cursor: false, pause: 0, through: true, patience }), { fetch: get });
    assert.equal(loop.url(), "/lab/comet/free?wire=abc&through=cutter");
    let why = "";
    loop.addEventListener("said", (e) => (why = e.detail));
    loop.start();
    await until(() => why !== "");
    assert.match(why, said);
    assert.equal(loop.running, false);
  }
});

test("a while is drawn, and a stop ends it", async () => {
  const waits = [];
  const later = (f, ms) => void waits.push({ f, ms });
  const { asked, get } = server({ status: 504 }, { status: 504 });
  const loop = new CometLoop("abc", () => ({ word: "free", cursor: false, pause: 0, through: false, patience: "a while" }), { fetch: get, random: () => 0.5, later });
  loop.start();
  await until(() => loop.state === "resting");
  assert.deepEqual([waits.length, waits[0].ms, asked.length], [1, 1000, 1]);
  waits[0].f();
  await until(() => asked.length === 2 && waits.length === 2);
  loop.stop();
  assert.equal(loop.state, "idle");
});

test("the wire's clock goes on by the page's", () => {
  let page = 1000;
  const clock = new WireClock(() => page);
  assert.equal(clock.now, undefined);
  clock.see([{ kind: "lost", count: 3 }, { kind: "open", at: 200 }]);
  page = 1500;
  assert.equal(clock.now, 700);
  clock.see([{ kind: "open", at: 650 }]); // told late: the clock was right before
  assert.equal(clock.now, 700);
  clock.forget();
  assert.equal(clock.now, undefined);
});
