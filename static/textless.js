// What people in a room wrote, left out of their events: on a projector stand lengths and bytes in hex, and
// a text when the presenter shows it. The server does the same for a frame in the spotlight.

/** @import { Item, WireEvent } from "./event-types.js" */

const TEXTS = new Set(["text", "sentence", "reason", "note"]); // members that hold what somebody wrote
const SPOKEN = new Set(["payload data", "reason"]); // fields of a dissection that do

/**
 * textless is an event of the room without what its viewer wrote. Others stay as they are.
 * @template {Item} T
 * @param {T} item
 * @returns {T}
 */
export function textless(item) {
  if (item.kind === "lost" || item.viewer === undefined) return item;
  const bare = /** @type {WireEvent} */ (strip(item));
  if (bare.kind === "body") bare.kind = "bytes"; // a body would be read as text
  if (bare.lab === "sockets") bare.lab = "raw"; // and so would its lab's bytes
  if (bare.frame?.messageType === "text") bare.frame.messageType = "binary";
  return /** @type {T} */ (bare);
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function strip(value) {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== "object" || value === null) return value;
  if ("name" in value && "bits" in value && SPOKEN.has(String(value.name))) return { ...value, value: "" };
  return Object.fromEntries(Object.entries(value).filter(([name]) => !TEXTS.has(name)).map(([name, v]) => [name, strip(v)]));
}
