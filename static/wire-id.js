// The id of the reader's wire: 13 characters of base32, drawn once and kept by the browser.
import { keep, recall } from "./storage.js";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const LENGTH = 13;
const KEY = "wireup.wire";

/**
 * draw returns n random base32 characters. 32 divides 256, so every one is equally likely.
 * @param {number} n
 */
export function draw(n) {
  let id = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(n))) id += ALPHABET[byte & 31];
  return id;
}

/** @param {string | null} id */
export function isWireId(id) {
  return id !== null && /^[a-z2-7]{13}$/.test(id);
}

/** @type {string | undefined} */
let current;

/**
 * wireId is the id of this page's wire. Where the browser stores nothing, it lasts as long as
 * the page does.
 */
export function wireId() {
  current ??= findWireId();
  return current;
}

/**
 * findWireId returns the kept id, or draws one and keeps it.
 * @param {Pick<Storage, "getItem" | "setItem">} [store]
 */
export function findWireId(store) {
  const kept = recall(KEY, store);
  if (kept !== null && isWireId(kept)) return kept;
  const id = draw(LENGTH);
  keep(KEY, id, store);
  return id;
}

/**
 * adoptWire makes another wire this browser's own, and says whether it will last.
 * @param {string} id
 */
export function adoptWire(id) {
  return keep(KEY, id);
}
