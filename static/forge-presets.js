// The forge's presets, each with the answer that it must get: one table, for the page and for the
// tests of the server. Behind PRESETS = stands plain JSON, which the tests read as such.
// A frame says where it differs from the RFC's “Hello”; cuts are [byte, milliseconds before the
// write that begins there]; back is what comes back in hex before a close frame of a failure.

/** @import { Preset } from "./forge-types.js" */

/** @type {Preset[]} */
export const PRESETS = [
  {
    "id": "hello",
    "group": "Lengths",
    "name": "“Hello”, masked",
    "why": "The RFC's own example, §5.7",
    "first": true,
    "frames": [{}],
    "writes": ["818537fa213d7f9f4d5158"],
    "mirror": {"back": ["810548656c6c6f"], "rules": []},
    "gorilla": {"back": ["810548656c6c6f"]}
  },
  {
    "id": "length-0",
    "group": "Lengths",
    "name": "no payload at all",
    "why": "The smallest frame that a client may send: six bytes",
    "frames": [{"payload": ""}],
    "writes": ["818037fa213d"],
    "mirror": {"back": ["8100"], "rules": []},
    "gorilla": {"back": ["8100"]}
  },
  {
    "id": "length-125",
    "group": "Lengths",
    "name": "125 bytes, in 7 bits",
    "why": "The longest payload whose length fits into the second byte",
    "frames": [{"payload": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],
    "writes": ["81fd37fa213d569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c56"],
    "mirror": {"back": ["817d6161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161"], "rules": []},
    "gorilla": {"back": ["817d6161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161"]}
  },
  {
    "id": "length-126",
    "group": "Lengths",
    "name": "126 bytes, in 16 bits",
    "why": "The shortest payload that needs two bytes more",
    "frames": [{"payload": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],
    "writes": ["81fe007e37fa213d569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b"],
    "mirror": {"back": ["817e007e616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161"], "rules": []},
    "gorilla": {"back": ["817e007e616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161"]}
  },
  {
    "id": "length-65536",
    "group": "Lengths",
    "name": "65 536 bytes announced, in 64 bits",
    "why": "The shortest length that needs eight bytes more; only the first five of its payload are sent, since one forge sends 64 KiB at most. The server waits",
    "frames": [{"opcode": 2, "claimed": "65536"}],
    "writes": ["82ff000000000001000037fa213d7f9f4d5158"],
    "mirror": {"back": [], "rules": []},
    "gorilla": {"back": []}
  },
  {
    "id": "ping",
    "group": "Frames and messages",
    "name": "ping",
    "why": "No browser's API can send one",
    "first": true,
    "frames": [{"opcode": 9, "payload": "ping"}],
    "writes": ["898437fa213d47934f5a"],
    "mirror": {"back": ["8a0470696e67"], "rules": []},
    "gorilla": {"back": ["8a0470696e67"]}
  },
  {
    "id": "pong",
    "group": "Frames and messages",
    "name": "pong that nobody asked for",
    "why": "It needs no answer, §5.5.3",
    "frames": [{"opcode": 10, "payload": "pong"}],
    "writes": ["8a8437fa213d47954f5a"],
    "mirror": {"back": [], "rules": []},
    "gorilla": {"back": []}
  },
  {
    "id": "close",
    "group": "Frames and messages",
    "name": "close 1000",
    "why": "The goodbye, which is answered with the same code, §5.5.1",
    "frames": [{"opcode": 8, "payload": "03e8", "as": "hex"}],
    "writes": ["888237fa213d3412"],
    "mirror": {"back": ["880203e8"], "rules": []},
    "gorilla": {"back": ["880203e8"]}
  },
  {
    "id": "close-empty",
    "group": "Frames and messages",
    "name": "close without a code",
    "why": "The answer has none either",
    "frames": [{"opcode": 8, "payload": ""}],
    "writes": ["888037fa213d"],
    "mirror": {"back": ["8800"], "rules": []},
    "gorilla": {"back": ["8800"]}
  },
  {
    "id": "fragment",
    "group": "Frames and messages",
    "name": "fragment without its end",
    "why": "The first frame of a message, and no other",
    "first": true,
    "frames": [{"fin": false}],
    "writes": ["018537fa213d7f9f4d5158"],
    "mirror": {"back": ["010548656c6c6f"], "rules": []},
    "gorilla": {"back": []}
  },
  {
    "id": "three-fragments",
    "group": "Frames and messages",
    "name": "one message in three frames",
    "why": "The mirror keeps the three; a library hands on one message",
    "frames": [{"fin": false, "payload": "Hel"}, {"opcode": 0, "fin": false, "payload": "lo "}, {"opcode": 0, "payload": "you"}],
    "writes": ["018337fa213d7f9f4d008337fa213d5b9501808337fa213d4e9554"],
    "mirror": {"back": ["010348656c", "00036c6f20", "8003796f75"], "rules": []},
    "gorilla": {"back": ["810948656c6c6f20796f75"]}
  },
  {
    "id": "ping-between",
    "group": "Frames and messages",
    "name": "ping between two fragments",
    "why": "Control frames may stand in the midst of a message, §5.4",
    "frames": [{"fin": false, "payload": "Hel"}, {"opcode": 9, "payload": "now"}, {"opcode": 0, "payload": "lo"}],
    "writes": ["018337fa213d7f9f4d898337fa213d599556808237fa213d5b95"],
    "mirror": {"back": ["010348656c", "8a036e6f77", "80026c6f"], "rules": []},
    "gorilla": {"back": ["8a036e6f77", "810548656c6c6f"]}
  },
  {
    "id": "cut-header",
    "group": "Writes",
    "name": "one frame in three writes",
    "why": "Cut in mid-header and in mid-payload, with pauses: a stream has no frames in it",
    "frames": [{}],
    "cuts": [[1, 40], [8, 40]],
    "writes": ["81", "8537fa213d7f9f", "4d5158"],
    "mirror": {"back": ["810548656c6c6f"], "rules": []},
    "gorilla": {"back": ["810548656c6c6f"]}
  },
  {
    "id": "three-in-one",
    "group": "Writes",
    "name": "three frames in one write",
    "why": "The server gets them in one read, and answers each",
    "frames": [{"payload": "one"}, {"opcode": 9, "payload": "two"}, {"payload": "three"}],
    "writes": ["818337fa213d589444898337fa213d438d4e818537fa213d4392535852"],
    "mirror": {"back": ["81036f6e65", "8a0374776f", "81057468726565"], "rules": []},
    "gorilla": {"back": ["81036f6e65", "8a0374776f", "81057468726565"]}
  },
  {
    "id": "every-byte",
    "group": "Writes",
    "name": "each byte in a write of its own",
    "why": "Eleven writes of one byte",
    "frames": [{}],
    "cuts": [[1, 5], [2, 5], [3, 5], [4, 5], [5, 5], [6, 5], [7, 5], [8, 5], [9, 5], [10, 5]],
    "writes": ["81", "85", "37", "fa", "21", "3d", "7f", "9f", "4d", "51", "58"],
    "mirror": {"back": ["810548656c6c6f"], "rules": []},
    "gorilla": {"back": ["810548656c6c6f"]}
  },
  {
    "id": "unmasked",
    "group": "Rules to break",
    "name": "unmasked",
    "why": "The same as a server would send it",
    "first": true,
    "frames": [{"mask": false}],
    "writes": ["810548656c6c6f"],
    "mirror": {"back": [], "close": 1002, "rules": ["unmasked-client-frame"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "reserved-bit",
    "group": "Rules to break",
    "name": "reserved bit",
    "why": "RSV1 without an extension that gives it a meaning",
    "first": true,
    "frames": [{"rsv1": true}],
    "writes": ["c18537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["reserved-bit"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "reserved-bits",
    "group": "Rules to break",
    "name": "RSV2 and RSV3",
    "why": "No extension in use here knows them",
    "frames": [{"rsv2": true, "rsv3": true}],
    "writes": ["b18537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["reserved-bit"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "opcode-3",
    "group": "Rules to break",
    "name": "opcode 3",
    "why": "Reserved for data frames yet to be defined",
    "first": true,
    "frames": [{"opcode": 3}],
    "writes": ["838537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["reserved-opcode"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "opcode-b",
    "group": "Rules to break",
    "name": "opcode B",
    "why": "Reserved for control frames yet to be defined",
    "frames": [{"opcode": 11}],
    "writes": ["8b8537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["reserved-opcode"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "length-5-in-16",
    "group": "Rules to break",
    "name": "length 5 in 16 bits",
    "why": "A longer form than the length needs",
    "first": true,
    "frames": [{"lengthForm": 16}],
    "writes": ["81fe000537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["length-not-minimal"]},
    "gorilla": {"back": ["810548656c6c6f"]}
  },
  {
    "id": "length-5-in-64",
    "group": "Rules to break",
    "name": "length 5 in 64 bits",
    "why": "The longest form of a short length",
    "frames": [{"lengthForm": 64}],
    "writes": ["81ff000000000000000537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["length-not-minimal"]},
    "gorilla": {"back": ["810548656c6c6f"]}
  },
  {
    "id": "length-top-bit",
    "group": "Rules to break",
    "name": "length with its top bit set",
    "why": "A length of 2⁶³ + 5: as a signed number it is below zero",
    "frames": [{"lengthForm": 64, "claimed": "9223372036854775813"}],
    "writes": ["81ff800000000000000537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["length-top-bit"]},
    "gorilla": {"back": [], "closed": true}
  },
  {
    "id": "control-fragmented",
    "group": "Rules to break",
    "name": "ping with FIN 0",
    "why": "A control frame can't be a part of one",
    "frames": [{"opcode": 9, "fin": false, "payload": "ping"}],
    "writes": ["098437fa213d47934f5a"],
    "mirror": {"back": [], "close": 1002, "rules": ["control-fragmented"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "control-too-long",
    "group": "Rules to break",
    "name": "ping of 126 bytes",
    "why": "A control frame's length must fit into 7 bits",
    "frames": [{"opcode": 9, "payload": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}],
    "writes": ["89fe007e37fa213d569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b405c569b"],
    "mirror": {"back": [], "close": 1002, "rules": ["control-too-long"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "stray-continuation",
    "group": "Rules to break",
    "name": "continuation of nothing",
    "why": "Opcode 0 where no message has begun",
    "frames": [{"opcode": 0}],
    "writes": ["808537fa213d7f9f4d5158"],
    "mirror": {"back": [], "close": 1002, "rules": ["stray-continuation"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "missing-continuation",
    "group": "Rules to break",
    "name": "a message inside another",
    "why": "A second first frame before the last frame of the first message",
    "frames": [{"fin": false, "payload": "Hel"}, {"payload": "lo"}],
    "writes": ["018337fa213d7f9f4d818237fa213d5b95"],
    "mirror": {"back": ["010348656c"], "close": 1002, "rules": ["missing-continuation"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "invalid-utf8",
    "group": "Rules to break",
    "name": "text that is no UTF-8",
    "why": "The byte ff stands in no character; the mirror says so at once",
    "frames": [{"payload": "48656cff6c6f", "as": "hex"}],
    "writes": ["818637fa213d7f9f4dc25b95"],
    "mirror": {"back": [], "close": 1007, "rules": ["invalid-utf8"]},
    "gorilla": {"back": ["810648656cff6c6f"]}
  },
  {
    "id": "cut-character",
    "group": "Rules to break",
    "name": "a message that ends inside a character",
    "why": "The first byte of ë, and no second",
    "frames": [{"payload": "5a6fc3", "as": "hex"}],
    "writes": ["818337fa213d6d95e2"],
    "mirror": {"back": [], "close": 1007, "rules": ["invalid-utf8"]},
    "gorilla": {"back": ["81035a6fc3"]}
  },
  {
    "id": "close-body",
    "group": "Rules to break",
    "name": "close with a body of one byte",
    "why": "A code has two",
    "frames": [{"opcode": 8, "payload": "03", "as": "hex"}],
    "writes": ["888137fa213d34"],
    "mirror": {"back": [], "close": 1002, "rules": ["close-body-one-byte"]},
    "gorilla": {"back": ["8800"]}
  },
  {
    "id": "close-1005",
    "group": "Rules to break",
    "name": "close 1005",
    "why": "A code that stands for no code, and may not be sent",
    "frames": [{"opcode": 8, "payload": "03ed", "as": "hex"}],
    "writes": ["888237fa213d3417"],
    "mirror": {"back": [], "close": 1002, "rules": ["close-code"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "close-reason",
    "group": "Rules to break",
    "name": "close with a reason that is no UTF-8",
    "why": "1000, and then the byte ff",
    "frames": [{"opcode": 8, "payload": "03e8ff", "as": "hex"}],
    "writes": ["888337fa213d3412de"],
    "mirror": {"back": [], "close": 1007, "rules": ["close-reason-utf8"]},
    "gorilla": {"back": [], "close": 1002}
  },
  {
    "id": "after-close",
    "group": "Rules to break",
    "name": "text after the close",
    "why": "Both in one write: the server reads both, and answers the first",
    "frames": [{"opcode": 8, "payload": "03e8", "as": "hex"}, {}],
    "writes": ["888237fa213d3412818537fa213d7f9f4d5158"],
    "mirror": {"back": ["880203e8"], "rules": ["frame-after-close"]},
    "gorilla": {"back": ["880203e8"]}
  },
  {
    "id": "deflate",
    "group": "Compressed",
    "name": "“Hello”, compressed",
    "why": "RFC 7692 §7.2.3.1: seven bytes for five, since there's nothing to refer to",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "f248cdc9c90700", "as": "hex"}],
    "writes": ["c18737fa213dc5b2ecf4fefd21"],
    "mirror": {"back": ["c107f248cdc9c90700"], "rules": []},
    "gorilla": {"texts": ["Hello"]}
  },
  {
    "id": "deflate-fragments",
    "group": "Compressed",
    "name": "compressed, in two frames",
    "why": "RFC 7692 §7.2.3.1: RSV1 stands on the first frame only",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "f248cd", "as": "hex", "fin": false}, {"opcode": 0, "payload": "c9c90700", "as": "hex"}],
    "writes": ["418337fa213dc5b2ec808437fa213dfe33263d"],
    "mirror": {"back": ["4103f248cd", "8004c9c90700"], "rules": []},
    "gorilla": {"texts": ["Hello"]}
  },
  {
    "id": "takeover",
    "group": "Compressed",
    "name": "twice, with context takeover",
    "why": "RFC 7692 §7.2.3.2: the second “Hello” refers to the first, and has five bytes",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "f248cdc9c90700", "as": "hex"}, {"rsv1": true, "payload": "f200110000", "as": "hex"}],
    "writes": ["c18737fa213dc5b2ecf4fefd21c18537fa213dc5fa303d37"],
    "mirror": {"back": ["c107f248cdc9c90700", "c105f200110000"], "rules": []},
    "gorilla": {"texts": ["Hello"], "closed": true}
  },
  {
    "id": "no-takeover",
    "group": "Compressed",
    "name": "twice, without context takeover",
    "why": "The window is emptied after each message, so both have seven bytes",
    "offer": "permessage-deflate; client_no_context_takeover",
    "frames": [{"rsv1": true, "payload": "f248cdc9c90700", "as": "hex"}, {"rsv1": true, "payload": "f248cdc9c90700", "as": "hex"}],
    "writes": ["c18737fa213dc5b2ecf4fefd21c18737fa213dc5b2ecf4fefd21"],
    "mirror": {"back": ["c107f248cdc9c90700", "c107f248cdc9c90700"], "rules": []},
    "gorilla": {"texts": ["Hello", "Hello"]}
  },
  {
    "id": "stored",
    "group": "Compressed",
    "name": "a block without compression",
    "why": "RFC 7692 §7.2.3.3: longer than the text itself",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "000500faff48656c6c6f00", "as": "hex"}],
    "writes": ["c18b37fa213d37ff21c7c8b244515b9521"],
    "mirror": {"back": ["c10b000500faff48656c6c6f00"], "rules": []},
    "gorilla": {"texts": ["Hello"]}
  },
  {
    "id": "bfinal",
    "group": "Compressed",
    "name": "a block with BFINAL set",
    "why": "RFC 7692 §7.2.3.4: what a compressor makes that knows no flush",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "f348cdc9c9070000", "as": "hex"}],
    "writes": ["c18837fa213dc4b2ecf4fefd213d"],
    "mirror": {"back": ["c108f348cdc9c9070000"], "rules": []},
    "gorilla": {"texts": ["Hello"]}
  },
  {
    "id": "two-blocks",
    "group": "Compressed",
    "name": "two blocks in one message",
    "why": "RFC 7692 §7.2.3.5",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "f24805000000ffffcac9c90700", "as": "hex"}],
    "writes": ["c18d37fa213dc5b2243d37fadec2fd33e83a37"],
    "mirror": {"back": ["c10df24805000000ffffcac9c90700"], "rules": []},
    "gorilla": {"texts": ["Hello"]}
  },
  {
    "id": "lost-window",
    "group": "Compressed",
    "name": "a reference into an emptied window",
    "why": "Without takeover there is nothing to refer to",
    "offer": "permessage-deflate; client_no_context_takeover",
    "frames": [{"rsv1": true, "payload": "f248cdc9c90700", "as": "hex"}, {"rsv1": true, "payload": "f200110000", "as": "hex"}],
    "writes": ["c18737fa213dc5b2ecf4fefd21c18537fa213dc5fa303d37"],
    "mirror": {"back": ["c107f248cdc9c90700"], "close": 1007, "rules": ["deflate-data"]},
    "gorilla": {"texts": ["Hello"], "closed": true}
  },
  {
    "id": "no-deflate",
    "group": "Compressed",
    "name": "data that is no DEFLATE",
    "why": "A block of the type 3, which is reserved",
    "offer": "permessage-deflate",
    "frames": [{"rsv1": true, "payload": "07ff00", "as": "hex"}],
    "writes": ["c18337fa213d300521"],
    "mirror": {"back": [], "close": 1007, "rules": ["deflate-data"]},
    "gorilla": {"texts": [], "closed": true}
  },
  {
    "id": "plain-among",
    "group": "Compressed",
    "name": "uncompressed, though it was agreed",
    "why": "RSV1 0: each message says for itself whether it is compressed",
    "offer": "permessage-deflate",
    "frames": [{}],
    "writes": ["818537fa213d7f9f4d5158"],
    "mirror": {"back": ["810548656c6c6f"], "rules": []},
    "gorilla": {"texts": ["Hello"]}
  }
];
