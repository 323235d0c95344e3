// A forged frame in words, and what came back for it. No DOM.
import { sideWords } from "./close-words.js";
import { hexOf, said, OPCODES } from "./forge-frame.js";
import { cut, number, plural } from "./format.js";
import { spaced, visible } from "./hex.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { FrameSpec } from "./forge-frame.js" */
/** @import { ForgeAnswer } from "./forge-types.js" */

const TOLD = 6; // frames that came back, a sentence each

/** @type {Record<string, string>} */
const ENDS = {
  open: "The connection stayed open until the forge left it.",
  "server closed": "Then the server closed the TCP connection.",
  "server reset": "Then the server reset the TCP connection.",
};

/**
 * opcodeName is how the list of opcodes calls one: "9 ping", "B reserved, control".
 * @param {number} opcode
 */
export function opcodeName(opcode) {
  const name = OPCODES[opcode] ?? "";
  const kind = name === "reserved" ? `, ${opcode < 8 ? "data" : "control"}` : "";
  return `${opcode.toString(16).toUpperCase()} ${name}${kind}`;
}

/**
 * frameWords says what a frame says of itself, true or not.
 * @param {FrameSpec} spec
 * @param {number} size bytes of the whole frame
 */
export function frameWords(spec, size) {
  const { length, form } = said(spec);
  const set = [spec.rsv1, spec.rsv2, spec.rsv3].flatMap((bit, i) => (bit ? [`RSV${i + 1}`] : []));
  const bits = set.length > 0 ? `, with ${set.join(" and ")} set` : "";
  const masked = spec.mask ? `masked with the key ${spaced(hexOf(spec.key))}` : "not masked";
  const there = spec.payload.length;
  const claim = length === BigInt(there) ? "" : `, and ${there === 0 ? "none is" : there === 1 ? "1 is" : `${number(there)} are`} there`;
  return (
    `${place(spec)}${bits}, ${masked}. ` +
    `It says in ${form} bits that ${length} ${length === 1n ? "byte" : "bytes"} of payload follow${length === 1n ? "s" : ""}${claim}. ` +
    `${plural(size, "byte")} in all, ${number(size - there)} of header.`
  );
}

/**
 * place says which frame of what this is.
 * @param {FrameSpec} spec
 */
function place({ fin, opcode }) {
  const name = OPCODES[opcode] ?? "";
  const number = opcode.toString(16).toUpperCase();
  const more = fin ? "" : " that says that it goes on in another";
  if (name === "reserved") return `A frame of the reserved opcode ${number}${more}`;
  if (opcode >= 8) return `A ${name} frame${more}`;
  if (opcode === 0) return fin ? "The last frame of a message that began before" : "A frame from the middle of a message that began before";
  return fin ? `A whole ${name} message in one frame` : `The first frame of a ${name} message, with more to come`;
}

/**
 * backWords says what came back, a sentence each: from the events of the connection as the wire
 * told them, since only the server decodes.
 * @param {ForgeAnswer} answer
 * @param {WireEvent[]} events
 * @returns {string[]}
 */
export function backWords(answer, events) {
  if (answer.status !== 101) {
    return [answer.status === undefined ? "Nothing answered the handshake." : `The handshake was refused with ${answer.status}, so nothing of this was sent.`];
  }
  const frames = events.filter((e) => e.kind === "frame" && e.direction === "down");
  const out = frames.slice(0, TOLD).map(cameBack);
  if (frames.length > TOLD) out.push(`${plural(frames.length - TOLD, "more frame")} came back.`);
  const told = frames.reduce((n, e) => n + e.size, 0);
  if (answer.receivedLength === 0) out.push("Nothing came back.");
  else if (told < answer.receivedLength) out.push(`${plural(answer.receivedLength - told, "byte")} came back that the wire has not told of yet.`);
  out.push(ENDS[answer.ended] ?? "");
  if (answer.extensions) out.unshift(`The server agreed to ${answer.extensions}.`);
  if (answer.note) out.push(answer.note);
  return out;
}

/** @param {WireEvent} e */
function cameBack({ frame, payloadLength }) {
  if (frame === undefined) return "";
  const bytes = plural(payloadLength, "byte");
  switch (frame.type) {
    case "close":
      return `The server sent ${visible(sideWords(frame.close))}.`;
    case "pong":
      return `A pong came back, with the ping's ${bytes}.`;
  }
  const text = frame.text ? `: “${visible(cut(frame.text, 40))}”` : "";
  const more = frame.fin ? "" : " FIN is 0 here as well: the server waits for the rest of the message.";
  return `The mirror came back, a ${frame.type} frame of ${bytes}, unmasked${text}.${more}`;
}
