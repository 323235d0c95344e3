// What an exchange spent on what was asked, and what on saying it: counted from its events.

/** @import { Exchange } from "./exchanges.js" */
/** @import { Http } from "./event-types.js" */

const BLANK = 2; // the blank line: CR LF

/**
 * @typedef {{ whole: number, asked: number, line: number, fields: number, rest: number }} Cost
 *   whole bytes; asked: those that are the path, or the body; line and fields: the start line and
 *   the field lines, the rest of them; rest: the blank line, and what frames a body in chunks.
 */

/**
 * pathOf is the path of a request's target, which is what it asks for.
 * @param {string} target
 */
export function pathOf(target) {
  return target.split("?", 1)[0] ?? "";
}

/**
 * upCost is how the bytes of a request are spent. A request's body carries what was asked, too.
 * @param {Exchange} x
 */
export function upCost(x) {
  const path = new TextEncoder().encode(pathOf(x.target)).length;
  return cost(x.up, x.up - x.upOverhead, path, x.request.http);
}

/**
 * downCost is how the bytes of an answer are spent. Its body is what was asked for.
 * @param {Exchange} x
 */
export function downCost(x) {
  return cost(x.down, x.down - x.downOverhead, 0, x.response?.http);
}

/**
 * @param {number} whole
 * @param {number} body
 * @param {number} inLine bytes of the start line that carry what was asked
 * @param {Http | undefined} http
 * @returns {Cost}
 */
function cost(whole, body, inLine, http) {
  const head = http?.headerLength ?? 0;
  const line = http?.fields[0]?.offset ?? Math.max(0, head - BLANK);
  const fields = Math.max(0, head - line - BLANK);
  const asked = body + inLine;
  return { whole, asked, line: line - inLine, fields, rest: whole - asked - (line - inLine) - fields };
}

/**
 * senderOf says who sent a request, by what it says of itself.
 * @param {Exchange} x
 */
export function senderOf(x) {
  if (x.driver === "page") return "your browser";
  if (x.driver === "forge") return "the forge";
  const agent = field(x, "user-agent");
  return agent === undefined ? "a terminal, without a User-Agent" : agent;
}

/**
 * extrasOf says what a request carried beyond what every one does.
 * @param {Exchange} x
 */
export function extrasOf(x) {
  const extras = [];
  const cookie = field(x, "cookie");
  if (cookie !== undefined) extras.push(`a cookie of ${cookie.length}\u202fB`);
  const extra = new URLSearchParams(x.target.split("?", 2)[1] ?? "").get("extra");
  if (extra !== null) extras.push(`a query longer by ${extra.length + "&extra=".length}\u202fB`);
  return extras.join(" and ");
}

/**
 * field is the value of a request's field.
 * @param {Exchange} x
 * @param {string} name in lower case
 */
export function field(x, name) {
  return x.request.http?.fields.find((f) => f.name.toLowerCase() === name)?.value;
}
