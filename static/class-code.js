// The code of a class, in an address or as a person types it, and the tokens that this browser keeps for it.
import { keep, recall } from "./storage.js";

const LETTERS = "bcdfghjkmnpqrstvwxz";
const LENGTH = 5;
const KEY = "wireup.classes"; // the classes that this browser drives, the newest first
const MOST = 8; // of them are kept

/**
 * @typedef {{ owner?: string, screen?: string, driver?: string, at: number }} Tokens
 *   at: when they were taken, in milliseconds since 1970
 * @typedef {Pick<Storage, "getItem" | "setItem">} Store
 */

/**
 * codeIn is the code in what was typed, in any case, with spaces or dashes, or as a whole address.
 * @param {string} typed
 * @returns {string | undefined}
 */
export function codeIn(typed) {
  const last = typed.trim().replace(/\/(present|screen)?\/*$/, "").split("/").at(-1) ?? "";
  const code = last.toLowerCase().replace(/[\s.-]/g, "");
  return code.length === LENGTH && [...code].every((c) => LETTERS.includes(c)) ? code : undefined;
}

/**
 * codeFault says what is wrong with what was typed as a code; empty if nothing is.
 * @param {string} typed
 */
export function codeFault(typed) {
  const code = typed.trim().toLowerCase().replace(/[\s.-]/g, "");
  if (code === "") return "Type the five letters that the screen shows.";
  if (codeIn(typed) !== undefined) return "";
  const other = [...new Set(code)].filter((c) => !LETTERS.includes(c));
  if (other.length > 0 && code.length === LENGTH) return `A code has no “${other.join("”, no “")}”: its letters are ${LETTERS}.`;
  return `A code has five letters, and this has ${code.length}.`;
}

/**
 * pathCode is the code in a page's path, /classes/{code}….
 * @param {string} path
 */
export function pathCode(path) {
  return /^\/classes\/([a-z]{5})(?:\/|$)/i.exec(path)?.[1]?.toLowerCase();
}

/**
 * tokensOf are those that this browser has for a class.
 * @param {string} code
 * @param {Store} [store]
 * @returns {Tokens | undefined}
 */
export function tokensOf(code, store) {
  return driven(store)[code];
}

/**
 * keepTokens adds tokens to those of a class, and says whether the browser keeps them.
 * @param {string} code
 * @param {Partial<Tokens>} tokens
 * @param {Store} [store]
 */
export function keepTokens(code, tokens, store) {
  const all = { ...driven(store), [code]: { ...driven(store)[code], at: Date.now(), ...tokens } };
  const newest = Object.entries(all).sort(([, a], [, b]) => b.at - a.at).slice(0, MOST);
  return keep(KEY, JSON.stringify(Object.fromEntries(newest)), store);
}

/**
 * dropTokens forgets a class, or one of its tokens.
 * @param {string} code
 * @param {"owner" | "screen" | "driver"} [which]
 * @param {Store} [store]
 */
export function dropTokens(code, which, store) {
  const { [code]: tokens, ...others } = driven(store);
  if (tokens === undefined) return;
  if (which === undefined) {
    keep(KEY, JSON.stringify(others), store);
    return;
  }
  const { [which]: _, ...left } = tokens;
  keep(KEY, JSON.stringify({ ...others, [code]: left }), store);
}

/**
 * driven are the classes that this browser has tokens for.
 * @param {Store} [store]
 * @returns {Record<string, Tokens>}
 */
export function driven(store) {
  try {
    const read = JSON.parse(recall(KEY, store) ?? "{}");
    return typeof read === "object" && read !== null && !Array.isArray(read) ? read : {};
  } catch {
    return {};
  }
}

/**
 * fragmentToken takes a token out of an address, where no history and no screenshot keeps it.
 * @returns {string | undefined}
 */
export function fragmentToken() {
  const token = location.hash.slice(1);
  if (!/^[A-Za-z0-9_-]{16,}$/.test(token)) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return token;
}
