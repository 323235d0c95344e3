// Text with names in braces, and what this page puts in their place: its address, the reader's wire,
// an exercise's word, the raw echo.
import { rawEnds } from "./raw-ends.js";

/**
 * @typedef {{ host: string, origin: string, wire: string, word?: string }} Page
 */

export const FILLS = /\{(host|hostname|port|origin|wsorigin|wire|word|raw|rawunix)\}/g;

/**
 * fillLine puts the page's address, the reader's wire and the word into a line.
 * @param {string} line
 * @param {Page} page
 */
export function fillLine(line, page) {
  return line.replace(FILLS, (_, name) => fillOf(name, page));
}

/**
 * fillOf is what stands in the place of a name.
 * @param {string} name
 * @param {Page} page
 */
export function fillOf(name, { host, origin, wire, word = "free" }) {
  const { hostname, port, protocol } = new URL(origin);
  const plain = hostname.replace(/^\[|\]$/g, "");
  /** @type {Record<string, string>} */
  const values = { ...rawEnds(plain), host, hostname: plain, port: port || (protocol === "https:" ? "443" : "80"), origin, wsorigin: origin.replace(/^http/, "ws"), wire, word };
  return values[name] ?? "";
}
