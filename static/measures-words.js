// What was measured, in words: one line for each measure. No DOM.
import { bytes, number, plural, share } from "./format.js";
import { TRANSPORTS } from "./race-sums.js";
import { time } from "./timeline-scale.js";

/** @import { Measured } from "./measures.js" */

/** @type {{ [K in keyof Measured]-?: (m: NonNullable<Measured[K]>) => string }} */
const SAY = {
  header: ({ size, intent }) => `${bytes(size)} of header for a request; its first line, which says what you want, is ${share(intent, size)} of that`,
  connections: ({ requests, connections }) => `${plural(requests, "request")} on ${plural(connections, "connection")}`,
  polling: ({ asked, empty, bytes: sum }) => `${number(empty)} of ${plural(asked, "poll")} brought nothing (${share(empty, asked) || "none"}); a poll took ${bytes(Math.round(sum / asked))}`,
  comet: ({ answers, bytes: sum }) => `${bytes(Math.round(sum / answers))} for each of ${plural(answers, "answer")} that waited`,
  streaming: ({ events, bytes: sum }) => `${bytes(Math.round(sum / events))} for each of ${plural(events, "chunk")}`,
  handshake: ({ up, down }) => `${bytes(up)} up and ${bytes(down)} down until the 101 had come`,
  frames: ({ count, overhead, payload }) => `${plural(count, "data frame")} with ${bytes(payload)} of payload and ${bytes(overhead)} around it: ${share(overhead, overhead + payload)} overhead`,
  pings: ({ rtt }) => `the last pong came after ${time(rtt)}`,
  squeeze: ({ messages, plain, wire }) => `${bytes(plain)} crossed as ${bytes(wire)}, in ${plural(messages, "compressed message")}`,
  game: ({ moves, bytes: sum, request }) => `${bytes(Math.round(sum / moves))} for a move${request > 0 ? `; as a request it took ${bytes(request)}` : ""}`,
  race: ({ lanes }) => lanes.map((l) => `${TRANSPORTS.find(({ how }) => how === l.how)?.name ?? l.how} ${bytes(l.up + l.down)}`).join(", "),
};

/**
 * inWords says a measure; undefined if it has not been measured.
 * @param {Measured} all
 * @param {string} name
 */
export function inWords(all, name) {
  if (!Object.hasOwn(SAY, name) || !Object.hasOwn(all, name)) return undefined;
  const say = /** @type {(m: unknown) => string} */ (SAY[/** @type {keyof Measured} */ (name)]);
  try {
    return say(all[/** @type {keyof Measured} */ (name)]);
  } catch {
    return undefined; // kept by another version of this page
  }
}
