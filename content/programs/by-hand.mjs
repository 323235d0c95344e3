// A WebSocket client on a bare socket, for short messages: node by-hand.mjs URL [NAME]
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:net";

const url = new URL(process.argv[2].replace(/^ws/, "http"));
const name = Buffer.from(process.argv[3] ?? "Spang");
const key = randomBytes(16).toString("base64");
const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

function frame(opcode, payload) { // one, of up to 125 bytes
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.of(0x80 | opcode, 0x80 | payload.length), mask, payload.map((b, i) => b ^ mask[i % 4])]);
}

const s = connect(url.port || 80, url.hostname);
s.write(
  `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\n` +
  `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);

let came = Buffer.alloc(0);
let upgraded = false;
s.on("data", (bytes) => {
  came = Buffer.concat([came, bytes]);
  const end = came.indexOf("\r\n\r\n");
  if (!upgraded && end >= 0) {
    const head = came.toString("latin1", 0, end);
    if (!head.includes(" 101 ") || !head.includes(accept)) throw new Error(head);
    upgraded = true;
    came = came.subarray(end + 4);
    s.write(frame(1, name));
  }
  if (!upgraded || came.length < 2 || came.length < 2 + came[1] || (came[0] & 15) !== 1) return;
  console.log(came.toString("utf8", 2, 2 + came[1]));
  came = Buffer.alloc(0);
  s.end(frame(8, Buffer.of(3, 232)));
});
