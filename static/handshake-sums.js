// What the opening handshake needs, how the accept value is made, and ways to break it. No DOM.
import { sha1 } from "./sha1.js";

export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * accept is each step from a key to its accept value.
 * @param {string} key as the text that crossed
 */
export async function accept(key) {
  const bytes = await sha1(new TextEncoder().encode(key + GUID));
  return { digest: [...bytes].map((b) => b.toString(16).padStart(2, "0")).join(""), value: btoa(String.fromCharCode(...bytes)) };
}

/** @typedef {"required" | "browsers" | "optional" | "none"} Need */

/** @type {Record<Need, string>} */
export const NEEDS = {
  required: "required",
  browsers: "required of a browser",
  optional: "optional",
  none: "no part of it",
};

/** @type {Record<"up" | "down", Record<string, Need>>} */
const FIELDS = {
  up: {
    host: "required",
    upgrade: "required",
    connection: "required",
    "sec-websocket-key": "required",
    "sec-websocket-version": "required",
    origin: "browsers",
    "sec-websocket-protocol": "optional",
    "sec-websocket-extensions": "optional",
  },
  down: {
    upgrade: "required",
    connection: "required",
    "sec-websocket-accept": "required",
    "sec-websocket-protocol": "optional",
    "sec-websocket-extensions": "optional",
  },
};

/**
 * needOf says whether RFC 6455 wants a field in its half of the handshake.
 * @param {"up" | "down"} way
 * @param {string} name
 * @returns {Need}
 */
export function needOf(way, name) {
  return FIELDS[way][name.trim().toLowerCase()] ?? "none";
}

/**
 * A way to break the handshake: what is done to it, line by line.
 * @typedef {{ name: string, change: (lines: string[]) => string[] }} Break
 */

const without = (/** @type {string} */ name) => (/** @type {string[]} */ lines) => lines.filter((l) => !l.startsWith(`${name}:`));
const instead = (/** @type {string} */ name, /** @type {string} */ value) => (/** @type {string[]} */ lines) => lines.map((l) => (l.startsWith(`${name}:`) ? `${name}: ${value}` : l));
const also = (/** @type {string} */ line) => (/** @type {string[]} */ lines) => [...lines, line];
const first = (/** @type {string} */ from, /** @type {string} */ to) => (/** @type {string[]} */ lines) => lines.map((l, i) => (i === 0 ? l.replace(from, to) : l));

/** @type {Break[]} */
export const BREAKS = [
  { name: "nothing: as it should be", change: (lines) => lines },
  { name: "POST instead of GET", change: first("GET ", "POST ") },
  { name: "HTTP/1.0", change: first("HTTP/1.1", "HTTP/1.0") },
  { name: "no Host", change: without("Host") },
  { name: "no Upgrade", change: without("Upgrade") },
  { name: "Upgrade to something else", change: instead("Upgrade", "h2c") },
  { name: "no Connection", change: without("Connection") },
  { name: "Connection: keep-alive alone", change: instead("Connection", "keep-alive") },
  { name: "Connection: keep-alive, Upgrade", change: instead("Connection", "keep-alive, Upgrade") },
  { name: "no version", change: without("Sec-WebSocket-Version") },
  { name: "version 8", change: instead("Sec-WebSocket-Version", "8") },
  { name: "no key", change: without("Sec-WebSocket-Key") },
  { name: "a key that is too short", change: instead("Sec-WebSocket-Key", "c2hvcnQ=") },
  { name: "a key twice", change: also("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==") },
  { name: "an Origin of another site", change: also("Origin: https://elsewhere.example") },
  { name: "a subprotocol twice", change: also("Sec-WebSocket-Protocol: chat, chat") },
  { name: "extensions that can't be read", change: also("Sec-WebSocket-Extensions: ;") },
  { name: "a body announced", change: also("Content-Length: 5") },
];

/**
 * handshake is a whole one as lines, without the blank one.
 * @param {{ target: string, host: string, key: string }} what
 */
export function handshake({ target, host, key }) {
  return [`GET ${target} HTTP/1.1`, `Host: ${host}`, "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Key: ${key}`, "Sec-WebSocket-Version: 13"];
}

/**
 * newKey is 16 random bytes in base64.
 */
export function newKey() {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

/**
 * refusal reads what the server says of a request that it refuses: a sentence and its rule.
 * @param {string} answer a whole response, as text
 * @returns {{ status: number, line: string, text: string, ref: string }}
 */
export function refusal(answer) {
  const [head = "", body = ""] = split(answer);
  const line = head.split("\r\n")[0] ?? "";
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0);
  try {
    const { error, ref } = JSON.parse(body);
    if (typeof error === "string") return { status, line, text: error, ref: typeof ref === "string" ? ref : "" };
  } catch {
    // A refusal in plain words ends its first line with the rule.
  }
  const [, text = "", ref = ""] = /^(.*?)(?: \((RFC [^)]*)\))?$/.exec(body.split("\n")[0] ?? "") ?? [];
  return { status, line, text: status === 101 ? "" : text, ref };
}

/** @param {string} answer */
function split(answer) {
  const at = answer.indexOf("\r\n\r\n");
  return at < 0 ? [answer] : [answer.slice(0, at), answer.slice(at + 4)];
}
