// The accept value, the words on fields, and what is read of a refusal.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { BREAKS, accept, handshake, needOf, refusal } from "../handshake-sums.js";
import { digest, sha1 } from "../sha1.js";

test("the key of RFC 6455 §1.3 makes its accept value", async () => {
  assert.deepEqual(await accept("dGhlIHNhbXBsZSBub25jZQ=="), { digest: "b37a4f2cc0624f1690f64606cf385945b2bec4ea", value: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" });
});

test("without crypto.subtle the digest is the same", async () => {
  for (let n = 0; n < 200; n++) {
    const bytes = new Uint8Array(randomBytes(n));
    assert.equal(Buffer.from(digest(bytes)).toString("hex"), createHash("sha1").update(bytes).digest("hex"), `${n} bytes`);
  }
  assert.deepEqual(await sha1(new Uint8Array([1]), undefined), await sha1(new Uint8Array([1])));
});

test("what the RFC wants", () => {
  assert.equal(needOf("up", "Sec-WebSocket-KEY"), "required");
  assert.equal(needOf("up", "Origin"), "browsers");
  assert.equal(needOf("down", "Sec-WebSocket-Key"), "none");
});

test("each break changes the handshake, and breaks one thing", () => {
  const whole = handshake({ target: "/echo", host: "h", key: "k" });
  for (const { name, change } of BREAKS.slice(1)) {
    const broken = change(whole);
    assert.equal(new Set([...whole, ...broken]).size - Math.min(whole.length, broken.length) <= 1, true, name);
    assert.notDeepEqual(broken, whole, name);
  }
});

test("a refusal is read from JSON, and from plain words", () => {
  assert.deepEqual(refusal('HTTP/1.1 400 Bad Request\r\nA: b\r\n\r\n{"error":"No.","ref":"RFC 6455 §4.1"}\n'), { status: 400, line: "HTTP/1.1 400 Bad Request", text: "No.", ref: "RFC 6455 §4.1" });
  assert.deepEqual(refusal("HTTP/1.1 426 Upgrade Required\r\n\r\nIt needs Upgrade: websocket. (RFC 6455 §4.2.1)\n\nTalk"), { status: 426, line: "HTTP/1.1 426 Upgrade Required", text: "It needs Upgrade: websocket.", ref: "RFC 6455 §4.2.1" });
  assert.deepEqual(refusal("HTTP/1.1 101 Switching Protocols\r\n\r\n").status, 101);
});
