// A forged frame and its answer in words.
import assert from "node:assert/strict";
import test from "node:test";
import { encode } from "../forge-frame.js";
import { backWords, frameWords, opcodeName } from "../forge-words.js";
import { frame } from "./events.js";

const words = (change) => {
  const spec = {
    fin: true, rsv1: false, rsv2: false, rsv3: false, opcode: 1, mask: true, key: Uint8Array.of(0x37, 0xfa, 0x21, 0x3d),
    lengthForm: "auto", claimed: undefined, payload: new TextEncoder().encode("Hello"), ...change,
  };
  return frameWords(spec, encode(spec).length);
};

test("what a frame says of itself", () => {
  assert.equal(words({}), "A whole text message in one frame, masked with the key 37 fa 21 3d. It says in 7 bits that 5 bytes of payload follow. 11 bytes in all, 6 of header.");
  assert.match(words({ mask: false }), /in one frame, not masked\./);
  assert.match(words({ fin: false }), /^The first frame of a text message, with more to come,/);
  assert.match(words({ opcode: 0 }), /^The last frame of a message that began before,/);
  assert.match(words({ opcode: 0, fin: false }), /^A frame from the middle of a message/);
  assert.match(words({ opcode: 9 }), /^A ping frame, masked/);
  assert.match(words({ opcode: 9, fin: false }), /^A ping frame that says that it goes on in another,/);
  assert.match(words({ opcode: 11 }), /^A frame of the reserved opcode B,/);
  assert.match(words({ rsv1: true, rsv3: true }), /, with RSV1 and RSV3 set, masked/);
  assert.match(words({ lengthForm: 16 }), /It says in 16 bits that 5 bytes of payload follow\./);
  assert.match(words({ claimed: 1n }), /that 1 byte of payload follows, and 5 are there\./);
  assert.match(words({ claimed: 9n, payload: new Uint8Array(0) }), /that 9 bytes of payload follow, and none is there\./);
});

test("opcodes in the list", () => {
  assert.equal(opcodeName(9), "9 ping");
  assert.equal(opcodeName(3), "3 reserved, data");
  assert.equal(opcodeName(11), "B reserved, control");
});

const answer = (change) => ({ sent: 11, received: "", receivedLength: 0, truncated: false, status: 101, ended: "open", port: 1, ...change });
const down = (change, size, payloadLength) => ({ ...frame(1), direction: "down", size, payloadLength, frame: { fin: true, type: "text", payloadLength, ...change } });

test("what came back", () => {
  assert.deepEqual(backWords(answer({ receivedLength: 7 }), [down({ text: "Hello" }, 7, 5)]), [
    "The mirror came back, a text frame of 5 bytes, unmasked: “Hello”.",
    "The connection stayed open until the forge left it.",
  ]);
  const close = { type: "close", close: { code: 1002, name: "protocol error", reason: "A rule" } };
  assert.deepEqual(backWords(answer({ receivedLength: 10, ended: "server closed" }), [down(close, 10, 8)]), [
    "The server sent close 1002 protocol error “A rule”.",
    "Then the server closed the TCP connection.",
  ]);
  assert.equal(backWords(answer({ receivedLength: 6 }), [down({ type: "pong" }, 6, 4)])[0], "A pong came back, with the ping's 4 bytes.");
  assert.match(backWords(answer({ receivedLength: 7 }), [down({ fin: false }, 7, 5)])[0], /the server waits for the rest of the message\.$/);
  assert.equal(backWords(answer({}), [])[0], "Nothing came back.");
});

test("what the wire has not told yet, and what a limit cut", () => {
  assert.equal(backWords(answer({ receivedLength: 7 }), [])[0], "7 bytes came back that the wire has not told of yet.");
  assert.equal(backWords(answer({ note: "The forge stopped after 5s (limit: forge-time)." }), []).at(-1), "The forge stopped after 5s (limit: forge-time).");
});

test("what was agreed to, and many frames", () => {
  assert.equal(backWords(answer({ extensions: "permessage-deflate" }), [])[0], "The server agreed to permessage-deflate.");
  const many = backWords(answer({ receivedLength: 63 }), Array(9).fill(down({ text: "Hello" }, 7, 5)));
  assert.equal(many.length, 8);
  assert.equal(many[6], "3 more frames came back.");
});

test("a handshake that was refused", () => {
  assert.deepEqual(backWords(answer({ status: 429, sent: 0 }), []), ["The handshake was refused with 429, so nothing of this was sent."]);
  assert.deepEqual(backWords(answer({ status: undefined }), []), ["Nothing answered the handshake."]);
});
