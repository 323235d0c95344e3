// The small modules: roving keys, lines for a terminal, visits, dissections, announcements, links.
import assert from "node:assert/strict";
import test from "node:test";
import { inWords } from "../announcer.js";
import { Dissections } from "../dissections.js";
import { fillLine } from "../fill-line.js";
import { lines } from "../head-view.js";
import { Linked } from "../linked.js";
import { Model } from "../model.js";
import { target } from "../roving.js";
import { dataOf, typeOf } from "../row-text.js";
import { last, visit, visited } from "../visits.js";
import { end, frame, ping, upgrade } from "./events.js";

test("where a key leads", () => {
  const go = (key, at, wrap = false) => target(key, at, 5, 1, 2, wrap);
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "a"].map((k) => go(k, 2)), [3, 1, 4, 0, 0, 4, undefined]);
  assert.equal(go("ArrowRight", 4), 4);
  assert.equal(go("ArrowRight", 4, true), 0);
  assert.equal(go("ArrowLeft", 0, true), 4);
  assert.equal(target("ArrowDown", 0, 5, 1, 0, false), undefined, "0 leaves the key alone");
});

test("a line for a terminal", () => {
  const page = { host: "127.0.0.1:8080", origin: "http://127.0.0.1:8080", wire: "abcdefghijklm" };
  assert.equal(fillLine("websocat 'ws://{host}/echo?wire={wire}'", page), "websocat 'ws://127.0.0.1:8080/echo?wire=abcdefghijklm'");
  assert.equal(fillLine("{wsorigin} {origin} {other}", page), "ws://127.0.0.1:8080 http://127.0.0.1:8080 {other}");
  assert.equal(fillLine("{wsorigin} {port}", { ...page, origin: "https://x" }), "wss://x 443");
  assert.equal(fillLine("nc {hostname} {port}", { ...page, origin: "http://[::1]:8080" }), "nc ::1 8080");
  assert.equal(fillLine("/lab/comet/{word}", page), "/lab/comet/free");
  assert.equal(fillLine("/lab/comet/{word}", { ...page, word: "plum-41" }), "/lab/comet/plum-41");
  assert.equal(fillLine("nc -N {hostname} {port} {word}", { ...page, word: "plum-41" }), "nc -N 127.0.0.1 8080 plum-41");
  assert.equal(fillLine("nc {hostname} {port}", { ...page, origin: "https://[::1]" }), "nc ::1 443");
});

test("visits", () => {
  const kept = new Map();
  const store = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v) };
  visit("frames", store);
  visit("masking", store);
  visit("frames", store);
  assert.equal(last(store), "frames");
  assert.deepEqual(visited(store), ["frames", "masking"]);
  store.setItem("wireup.visited", "{not json");
  assert.deepEqual(visited(store), []);
  store.setItem("wireup.visited", '{"a":1}');
  assert.deepEqual(visited(store), []);
});

test("a dissection is asked for once", async () => {
  let asked = 0;
  const source = new Dissections("/wire/abc/events/", (url) => {
    asked++;
    return Promise.resolve(Response.json({ url }));
  });
  const signal = new AbortController().signal;
  assert.deepEqual(await source.get(7, signal), { url: "/wire/abc/events/7" });
  await source.get(7, signal);
  assert.equal(asked, 1);
  source.forget();
  await source.get(7, signal);
  assert.equal(asked, 2);
});

test("a refusal is an error in the server's words", async () => {
  const source = new Dissections("/", () => Promise.resolve(Response.json({ error: "That event is gone." }, { status: 404 })));
  await assert.rejects(source.get(1, new AbortController().signal), /That event is gone/);
});

test("arrivals in words", () => {
  const model = new Model();
  const few = model.add([frame(1), ping(2)]);
  assert.equal(inWords(few), "Up: text frame, 5 bytes. Down: ping frame, 2 bytes, hidden in DevTools.");
  const many = model.add([3, 4, 5, 6].map((n) => frame(n, { direction: n % 2 ? "up" : "down" })));
  assert.equal(inWords(many), "4 new rows, 2 up and 2 down. The last: Down: text frame, 5 bytes.");
});

test("what is lit together, and what is held", () => {
  const field = (name, bit, bits) => ({ name, bit, bits, value: "", meaning: "", ref: "" });
  const linked = new Linked([field("FIN", 0, 1), field("rest", 1, 7), field("key", 8, 32)]);
  let told = 0;
  linked.addEventListener("light", () => told++);
  linked.lightField(2);
  assert.deepEqual(linked.light, { fields: [2], ranges: [[1, 5]] });
  assert.equal(linked.hasByte(4), true);
  assert.equal(linked.hasByte(5), false);
  linked.lightBytes(0);
  assert.deepEqual(linked.light.fields, [0, 1]);
  assert.equal(linked.touches(0, 1), true);
  assert.equal(linked.pin(), true);
  linked.lightField(2);
  assert.deepEqual(linked.light.fields, [0, 1], "what is pinned stays");
  assert.equal(linked.unpin(), true);
  assert.equal(linked.unpin(), false);
  assert.deepEqual(linked.light.fields, []);
  assert.equal(told, 4);
});

test("a head is cut where its lines end", () => {
  const names = ["method", "space", "target", "line end", "field name", "colon", "field value", "line end", "blank line"];
  assert.deepEqual(lines(names.map((name) => ({ name }))), [[0, 1, 2, 3], [4, 5, 6, 7], [8]]);
});

test("rows in words", () => {
  const [get, switching] = upgrade(1);
  assert.deepEqual([typeOf(get), dataOf(get)], ["GET", "/echo · Upgrade: websocket"]);
  assert.deepEqual([typeOf(switching), dataOf(switching)], ["101", "Switching Protocols"]);
  assert.deepEqual([typeOf(end(1)), dataOf(end(1))], ["end", "server closed · after a closing handshake"]);
  assert.equal(dataOf(frame(1, { text: "a\nb" })), "a\\nb");
  assert.equal(dataOf(frame(1, { text: "" })), "no payload");
  const close = (body, n) => ({ ...frame(1), frame: { type: "close", opcode: 8, payloadLength: n, close: body } });
  assert.equal(dataOf(close({ code: 4000, name: "for private use", reason: "bye" }, 5)), "4000 for private use “bye”");
  assert.equal(dataOf(close({ code: 1005 }, 0)), "no code");
  const binary = { ...frame(1), frame: { type: "binary", opcode: 2, payloadLength: 4, payload: "11223344", unmasked: "cafebabe", truncated: false } };
  assert.equal(dataOf(binary), "ca fe ba be");
  assert.equal(dataOf({ kind: "bytes", bytes: "00ff" }), "00 ff");
  assert.equal(dataOf({ kind: "body", bytes: "350d0a68656c6c6f0d0a", body: { framing: "chunked", offset: 3, length: 5 } }), "hello");
});
