// What a row of the inspector says of its event: type and data, in a word and in a line.
import { plural } from "./format.js";
import { parse, spaced, utf8, visible } from "./hex.js";

/** @import { Frame, WireEvent } from "./event-types.js" */

const SHOWN = 160; // characters of data in a row: more than any row is wide

/**
 * typeOf is the word in the type column.
 * @param {WireEvent} e
 */
export function typeOf(e) {
  switch (e.kind) {
    case "open":
      return "open";
    case "request":
      return e.http?.method ?? "request";
    case "response":
      return String(e.http?.status ?? "response");
    case "body":
      return e.body?.framing === "chunked" ? "chunk" : "body";
    case "frame":
      return e.frame?.type ?? "frame";
    case "bytes":
      return "bytes";
    case "close":
      return "end";
  }
}

/**
 * dataOf is the line in the data column. It may hold bytes from the wire: show it as text only.
 * @param {WireEvent} e
 */
export function dataOf(e) {
  switch (e.kind) {
    case "open":
      return e.open?.remote ? `from ${e.open.remote}` : e.open?.local ? `to ${e.open.local}` : "TCP connection";
    case "request":
      return requestData(e);
    case "response":
      return visible(e.http?.reason ?? "");
    case "body":
      return bodyData(e);
    case "frame":
      return e.frame ? frameData(e.frame, e) : "";
    case "bytes":
      return bytesData(e);
    case "close":
      return e.close ? endData(e.close.tcp, e.close.websocket === true, e.close.clean === true) : "";
  }
}

/**
 * bytesData is what no protocol explains: as text if it reads as text, else in hex.
 * @param {WireEvent} e
 */
function bytesData(e) {
  if (e.size === 0) return "end of stream: the client sends nothing more";
  const text = e.lab === "sockets" ? utf8(parse(e.bytes.slice(0, 2 * SHOWN))) : undefined;
  return text !== undefined && !/[\0-\u0008\u000e-\u001f]/.test(text) ? visible(text) : spaced(e.bytes.slice(0, SHOWN));
}

/** @param {WireEvent} e */
function requestData(e) {
  const upgrade = e.http?.fields.find((f) => f.name.toLowerCase() === "upgrade");
  const target = visible(e.http?.target ?? "");
  return upgrade ? `${pathOf(target)} · Upgrade: ${visible(upgrade.value)}` : target;
}

/**
 * pathOf is a target without its query.
 * @param {string} target
 */
export function pathOf(target) {
  return target.split("?", 1)[0] ?? "";
}

/** @param {WireEvent} e */
function bodyData(e) {
  if (e.body?.last && e.body.framing === "chunked") return "the last chunk: the body ends";
  const from = e.body?.offset ?? 0;
  const bytes = parse(e.bytes).subarray(from, from + (e.body?.length ?? 0));
  return visible(utf8(bytes)?.slice(0, SHOWN) ?? spaced(e.bytes.slice(2 * from, 2 * from + SHOWN)));
}

/**
 * @param {Frame} f
 * @param {WireEvent} e
 */
function frameData(f, e) {
  if (f.type === "close") return closeData(f);
  if (f.compressed) return f.inflated?.text !== undefined ? visible(f.inflated.text) : inflatedData(f);
  if (f.payloadLength === 0) return "no payload";
  if (f.text !== undefined) {
    const text = visible(f.text.slice(0, SHOWN));
    if (f.type === "pong" && e.rtt !== undefined && e.rtt > 0) return `${text} · ${e.rtt.toFixed(2)} ms after its ping`;
    return f.truncated ? `${text}…` : text;
  }
  const hex = f.unmasked ?? f.payload;
  return hex === "" ? "" : `${spaced(hex.slice(0, 64))}${f.truncated || hex.length > 64 ? " …" : ""}`;
}

/** @param {Frame} f */
function inflatedData(f) {
  return f.inflated ? spaced(f.inflated.payload.slice(0, 64)) : "compressed";
}

/** @param {Frame} f */
function closeData(f) {
  if (f.payloadLength === 0 || !f.close) return "no code";
  const reason = f.close.reason ? ` “${visible(f.close.reason)}”` : "";
  return `${f.close.code} ${f.close.name ?? ""}${reason}`.trimEnd();
}

/**
 * @param {string} tcp
 * @param {boolean} websocket
 * @param {boolean} clean
 */
function endData(tcp, websocket, clean) {
  if (!websocket) return tcp;
  return clean ? `${tcp} · after a closing handshake` : `${tcp} · without a closing handshake`;
}

/**
 * messageData is the data line of a message that came in several frames.
 * @param {WireEvent[]} parts
 */
export function messageData(parts) {
  const text = parts.map((p) => p.frame?.text ?? "").join("");
  const inflated = parts.at(-1)?.frame?.inflated?.text;
  const open = parts.at(-1)?.frame?.fin ? "" : ", more to come";
  const head = `${plural(parts.length, "frame")}${open}`;
  const data = visible((inflated ?? text).slice(0, SHOWN));
  return data === "" ? head : `${head} · ${data}`;
}
