// The forge's encoder, against frames that RFC 6455 §5.7 writes out, and against its own limits.
import assert from "node:assert/strict";
import test from "node:test";
import { encode, fault, fields, hexOf, OPCODES, readHex, said, shortest } from "../forge-frame.js";
import { bitsOf } from "../parts.js";

const bytes = (text) => new TextEncoder().encode(text);
const spec = (change) => ({
  fin: true, rsv1: false, rsv2: false, rsv3: false, opcode: 1, mask: false, key: Uint8Array.of(0x37, 0xfa, 0x21, 0x3d),
  lengthForm: "auto", claimed: undefined, payload: bytes("Hello"), ...change,
});
const hex = (change) => hexOf(encode(spec(change)));

test("the frames of RFC 6455 §5.7", () => {
  assert.equal(hex({}), "810548656c6c6f");
  assert.equal(hex({ mask: true }), "818537fa213d7f9f4d5158");
  assert.equal(hex({ fin: false, payload: bytes("Hel") }), "010348656c");
  assert.equal(hex({ opcode: 0, payload: bytes("lo") }), "80026c6f");
  assert.equal(hex({ opcode: 9 }), "890548656c6c6f");
  assert.equal(hex({ opcode: 10, mask: true }), "8a8537fa213d7f9f4d5158");
  assert.equal(hex({ opcode: 2, payload: new Uint8Array(256) }).slice(0, 8), "827e0100");
  assert.equal(hex({ opcode: 2, payload: new Uint8Array(65_536) }).slice(0, 20), "827f0000000000010000");
});

test("each form of the length, longer than it needs to be", () => {
  assert.equal(hex({ lengthForm: 7 }), "810548656c6c6f");
  assert.equal(hex({ lengthForm: 16 }), "817e000548656c6c6f");
  assert.equal(hex({ lengthForm: 64 }), "817f000000000000000548656c6c6f");
  assert.equal(hex({ lengthForm: 16, mask: true }), "81fe000537fa213d7f9f4d5158");
  assert.equal(hex({ payload: new Uint8Array(0), mask: true }), "818037fa213d");
});

test("the shortest form, on either side of each threshold", () => {
  for (const [length, form] of [[0n, 7], [125n, 7], [126n, 16], [65_535n, 16], [65_536n, 64], [2n ** 63n, 64]]) {
    assert.equal(shortest(length), form, String(length));
    assert.equal(said(spec({ claimed: length })).form, form);
  }
});

test("a length that isn't the payload's", () => {
  assert.equal(hex({ claimed: 3n }), "810348656c6c6f");
  assert.equal(hex({ claimed: 200n }), "817e00c848656c6c6f");
  assert.equal(hex({ claimed: 2n ** 63n + 5n, payload: new Uint8Array(0) }), "817f8000000000000005");
  assert.equal(hex({ claimed: 2n ** 64n - 1n, payload: new Uint8Array(0) }), "817fffffffffffffffff");
});

test("reserved bits and every opcode", () => {
  assert.equal(hex({ rsv1: true }).slice(0, 2), "c1");
  assert.equal(hex({ rsv2: true }).slice(0, 2), "a1");
  assert.equal(hex({ rsv3: true }).slice(0, 2), "91");
  for (let opcode = 0; opcode < 16; opcode++) assert.equal(encode(spec({ opcode, fin: false }))[0], opcode);
  assert.equal(OPCODES.length, 16);
  assert.deepEqual([OPCODES[0], OPCODES[2], OPCODES[3], OPCODES[7], OPCODES[8], OPCODES[10], OPCODES[11], OPCODES[15]], ["continuation", "binary", "reserved", "reserved", "close", "pong", "reserved", "reserved"]);
});

test("what doesn't fit is a fault, and is not encoded", () => {
  for (const change of [{ lengthForm: 7, payload: new Uint8Array(126) }, { lengthForm: 16, payload: new Uint8Array(65_536) }, { lengthForm: 7, claimed: 126n }, { claimed: 2n ** 64n }, { claimed: -1n }]) {
    assert.notEqual(fault(spec(change)), "");
    assert.throws(() => encode(spec(change)), RangeError);
  }
  assert.match(fault(spec({ lengthForm: 7, claimed: 200n })), /7 bits can't say 200: 125 is the most/);
  assert.equal(fault(spec({ lengthForm: 7, claimed: 125n })), "");
});

test("the fields cover every bit once, and hold what the bytes hold", () => {
  for (const change of [{}, { mask: true }, { lengthForm: 16, mask: true }, { lengthForm: 64 }, { payload: new Uint8Array(0), mask: true }, { rsv2: true, opcode: 11, fin: false }]) {
    const frame = encode(spec(change));
    let at = 0;
    for (const field of fields(spec(change))) {
      assert.equal(field.bit, at);
      at += field.bits;
      if (field.name === "payload data" || field.name === "masking key") continue;
      assert.equal(BigInt(`0b${bitsOf(frame, field.bit, field.bits)}`), BigInt(field.value), field.name);
    }
    assert.equal(at, 8 * frame.length);
  }
});

test("hex as people type it", () => {
  assert.deepEqual([...readHex("81 05\n4F").bytes], [0x81, 0x05, 0x4f]);
  assert.equal(readHex("81 0g").fault, "Character 5, “g”, is no hex digit: use 0 to 9 and a to f.");
  assert.match(readHex("810").fault, /one digit/);
  assert.deepEqual(readHex(""), { bytes: new Uint8Array(), fault: "" });
});
