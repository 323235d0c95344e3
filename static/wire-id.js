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
 * wireId is the id of this page's wire: the one that its address asks to be shown, or this browser's
 * own. Where the browser stores nothing, that lasts as long as the page does.
 */
export function wireId() {
  current ??= shownWire() ?? findWireId();
  return current;
}

/**
 * shownWire is the wire that the inspector's page is to show in the place of this browser's own,
 * which stays as it is: /wire#show=ID, as wireup proxy prints it.
 * @param {{ pathname: string, hash: string } | undefined} at
 */
export function shownWire(at = globalThis.location) {
  const id = at?.pathname === "/wire" ? (/^#show=(.*)$/i.exec(at.hash)?.[1]?.toLowerCase() ?? null) : null;
  return isWireId(id) ? /** @type {string} */ (id) : undefined;
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
