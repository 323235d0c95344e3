// Links into the decoder: what stands in its text, in the fragment of a URL, which no server is sent.
import { spaced } from "./hex.js";

/** @import { WireEvent } from "./event-types.js" */

/**
 * @typedef {{ as: string, side: string, deflate: string }} Options what the reader says of the bytes; "" for nothing
 * @typedef {Options & { text: string }} Draft
 * @typedef {{ line: number, column: number, endLine: number, endColumn: number }} Place
 */

export const MOST = 16_384; // characters of a link: more are lost in mails and chats

const NAMES = /** @type {const} */ (["as", "side", "deflate"]);
const BYTES_OF_LINE = 16;

/**
 * fragmentOf is the fragment that holds a draft; undefined if it would be too long for a link.
 * @param {Draft} draft
 * @returns {string | undefined}
 */
export function fragmentOf(draft) {
  const bare = /^[0-9a-fA-F\s]*$/.test(draft.text) && draft.text.replace(/\s+/g, "").length % 2 === 0;
  const query = new URLSearchParams({ hex: bare ? draft.text.replace(/\s+/g, "") : draft.text });
  for (const name of NAMES) if (draft[name] !== "") query.set(name, draft[name]);
  const fragment = `#${query}`;
  return fragment.length > MOST ? undefined : fragment;
}

/**
 * readFragment reads a link's fragment; undefined if it holds no hex.
 * @param {string} fragment
 * @returns {Draft | undefined}
 */
export function readFragment(fragment) {
  if (fragment.length > MOST) return undefined;
  const query = new URLSearchParams(fragment.replace(/^#/, ""));
  const hex = query.get("hex");
  if (hex === null) return undefined;
  const text = /^([0-9a-fA-F]{2})+$/.test(hex) ? lines(hex) : hex;
  return { text, as: query.get("as") ?? "", side: query.get("side") ?? "", deflate: query.get("deflate") ?? "" };
}

/**
 * lines writes hex as pairs, sixteen bytes a line.
 * @param {string} hex
 */
export function lines(hex) {
  const out = [];
  for (let i = 0; i < hex.length; i += 2 * BYTES_OF_LINE) out.push(spaced(hex.slice(i, i + 2 * BYTES_OF_LINE)));
  return out.join("\n");
}

/**
 * draftOf is what the decoder is given to show events that crossed in one direction.
 * @param {WireEvent[]} events
 * @returns {Draft}
 */
export function draftOf(events) {
  const first = events[0];
  const cut = events.find((e) => e.truncated);
  const note = cut ? `# The log keeps the first ${cut.bytes.length / 2} of ${cut.size} bytes of ${events.length > 1 ? "one of these frames" : "this"}.\n` : "";
  const frames = events.every((e) => e.kind === "frame");
  return {
    text: note + events.map((e) => lines(e.bytes)).join("\n"),
    as: frames ? "frames" : "",
    side: frames || first?.kind === "bytes" || first?.kind === "body" ? (first?.direction ?? "") : "",
    deflate: events.some((e) => e.frame?.compressed) ? "on" : "",
  };
}

/**
 * decoderLink is where events open in the decoder; undefined if they have no bytes, or too many.
 * @param {WireEvent[]} events
 */
export function decoderLink(events) {
  if (!events.some((e) => e.bytes !== "")) return undefined;
  const fragment = fragmentOf(draftOf(events));
  return fragment === undefined ? undefined : `/decode${fragment}`;
}

/**
 * rangeOf turns lines and columns, which count characters from 1, into offsets of a string.
 * @param {string} text
 * @param {Place} place
 * @returns {[number, number]}
 */
export function rangeOf(text, { line, column, endLine, endColumn }) {
  return [offset(text, line, column), offset(text, endLine, endColumn)];
}

/**
 * @param {string} text
 * @param {number} line
 * @param {number} column
 */
function offset(text, line, column) {
  let at = 0;
  for (let n = 1; n < line; n++) {
    const end = text.indexOf("\n", at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  for (let n = 1; n < column && at < text.length; n++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}
