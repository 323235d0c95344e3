// The sums of the conversation's labs: frames out of a cut text, what became of them, round trips.
import assert from "node:assert/strict";
import test from "node:test";
import { changes, pieces, plan, spread, summary } from "../conversation-sums.js";
import { encode, hexOf } from "../forge-frame.js";

const key = () => Uint8Array.of(0, 0, 0, 0);
const bytes = (text, between = []) => plan(pieces(text), between, key).map((spec) => hexOf(encode(spec)));

test("a text in pieces is one message", () => {
  // RFC 6455 §5.7 has the first two of these, there without a mask.
  assert.deepEqual(bytes("Hel|lo"), ["01830000000048656c", "8082000000006c6f"]);
  assert.deepEqual(bytes("Hello"), ["81850000000048656c6c6f"]);
  assert.deepEqual(bytes("a||b").map((hex) => hex.slice(0, 4)), ["0181", "0080", "8081"]);
});

test("what stands between pieces is whole, and the last piece has nothing behind it", () => {
  assert.deepEqual(bytes("a|b|c", ["ping", "close", "ping"]).map((hex) => hex.slice(0, 4)), ["0181", "8986", "0081", "8882", "8081"]);
  assert.deepEqual(bytes("a|b", ["text"]).map((hex) => hex.slice(0, 2)), ["01", "81", "80"]);
  assert.deepEqual(bytes("a|b", ["pong"]).map((hex) => hex.slice(0, 2)), ["01", "8a", "80"]);
});

let seq = 0;
const frame = (direction, type, payloadLength, more = {}) => ({ seq: ++seq, direction, kind: "frame", payloadLength, frame: { type, ...more } });

test("what became of a message", () => {
  const up = [frame("up", "text", 3, { message: 1, fin: false }), frame("up", "ping", 6, { fin: true }), frame("up", "continuation", 2, { message: 1, fin: true })];
  const down = [frame("down", "text", 3, { message: 1, fin: false }), frame("down", "pong", 6, { fin: true }), frame("down", "continuation", 2, { message: 1, fin: true })];
  assert.equal(summary([]), "");
  assert.equal(summary([...up, ...down]), "2 frames up, one message: 3, 2 bytes of payload. The mirror came back in frames of the same sizes: 3, 2. The pong came before the mirror's last frame.");
  const close = frame("down", "close", 2, { fin: true, close: { code: 1002 } });
  const broken = { ...up[2], violations: [{ detail: "It begins a message.", text: "No interleaving.", ref: "RFC 6455 §5.4" }] };
  assert.equal(summary([up[0], broken, close]), "2 frames up, one message: 3, 2 bytes of payload. It begins a message. No interleaving. RFC 6455 §5.4. The server closed with 1002.");
});

test("least, middle, most", () => {
  assert.deepEqual(spread([3, 1, 2]), { least: 1, middle: 2, most: 3 });
  assert.deepEqual(spread([]), { least: 0, middle: 0, most: 0 });
});

test("how often the next is another's", () => {
  assert.equal(changes([1, 1, 2, 1]), 2);
  assert.equal(changes([]), 0);
});
