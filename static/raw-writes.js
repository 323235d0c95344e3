// Writes to the raw echo as a reader puts them together: text or hex, torn, glued, ended. No DOM.

/** @typedef {{ text: string, as: "text" | "hex", pause: number }} Draft  pause: milliseconds before the write */

/** @type {Record<string, number>} */
const ESCAPES = { n: 10, r: 13, t: 9, 0: 0, "\\": 92 };

/**
 * bytesOf reads a draft. Text is UTF-8, in which \n, \r, \t, \0, \\ and \x41 stand for one byte each.
 * @param {Pick<Draft, "text" | "as">} draft
 * @returns {{ bytes: Uint8Array, fault: string }}
 */
export function bytesOf({ text, as }) {
  return as === "hex" ? fromHex(text) : fromText(text);
}

/** @param {string} text */
function fromHex(text) {
  const digits = text.replace(/\s/g, "");
  const wrong = /[^0-9a-f]/i.exec(digits);
  const bytes = new Uint8Array((digits.length + 1) >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  if (wrong) return { bytes, fault: `“${wrong[0]}” is no hex digit.` };
  return { bytes, fault: digits.length % 2 === 1 ? "The last byte has one hex digit." : "" };
}

/** @param {string} text */
function fromText(text) {
  /** @type {number[]} */
  const out = [];
  let fault = "";
  const encoder = new TextEncoder();
  for (const m of text.matchAll(/\\x([0-9a-f]{2})|\\(.?)|[^\\]+/gisu)) {
    const [all, hex, escape] = m;
    if (hex !== undefined) out.push(Number.parseInt(hex, 16));
    else if (escape === undefined) out.push(...encoder.encode(all));
    else if (ESCAPES[escape] !== undefined) out.push(ESCAPES[escape]);
    else fault ||= `“${all}” stands for no byte. There are \\n, \\r, \\t, \\0, \\\\ and \\x with two hex digits.`;
  }
  return { bytes: Uint8Array.from(out), fault };
}

/** @param {Uint8Array} bytes */
export function hexOf(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** @param {Uint8Array} bytes */
function draftText(bytes) {
  const parts = Array.from(bytes, (b) => {
    if (b === 10) return "\\n";
    if (b === 13) return "\\r";
    if (b === 9) return "\\t";
    if (b === 92) return "\\\\";
    return b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, "0")}`;
  });
  return parts.join("");
}

/**
 * @param {Uint8Array} bytes
 * @param {Draft["as"]} as
 */
function written(bytes, as) {
  return as === "hex" ? hexOf(bytes).replace(/..(?=.)/g, "$& ") : draftText(bytes);
}

/**
 * recode writes the same bytes the other way.
 * @param {Draft} draft
 * @param {Draft["as"]} as
 * @returns {Draft}
 */
export function recode(draft, as) {
  const { bytes, fault } = bytesOf(draft);
  return fault === "" ? { ...draft, as, text: written(bytes, as) } : draft;
}

/**
 * tear makes two writes of one, at half its bytes; the second comes after a pause.
 * @param {Draft[]} drafts
 * @param {number} at
 * @param {number} pause
 */
export function tear(drafts, at, pause) {
  const draft = drafts[at];
  if (draft === undefined) return drafts;
  const { bytes, fault } = bytesOf(draft);
  if (fault !== "" || bytes.length < 2) return drafts;
  const half = bytes.length >> 1;
  return drafts.toSpliced(at, 1, { ...draft, text: written(bytes.subarray(0, half), draft.as) }, { ...draft, text: written(bytes.subarray(half), draft.as), pause });
}

/**
 * glue makes one write of two: this one and the next.
 * @param {Draft[]} drafts
 * @param {number} at
 */
export function glue(drafts, at) {
  const [one, two] = [drafts[at], drafts[at + 1]];
  if (one === undefined || two === undefined) return drafts;
  const a = bytesOf(one);
  const b = bytesOf(two);
  if (a.fault !== "" || b.fault !== "") return drafts;
  const bytes = new Uint8Array([...a.bytes, ...b.bytes]);
  return drafts.toSpliced(at, 2, { ...one, text: one.as === two.as && one.as === "text" ? one.text + two.text : written(bytes, one.as) });
}

/**
 * orderOf is the order to the forge: see POST /forge.
 * @param {Draft[]} drafts
 * @param {{ end: boolean, pause: number }} half
 */
export function orderOf(drafts, { end, pause }) {
  const writes = drafts.map((draft) => ({ bytes: hexOf(bytesOf(draft).bytes), ...(draft.pause > 0 ? { pause: draft.pause } : {}) }));
  return { to: "raw", writes: [...writes, ...(end ? [{ end: true, ...(pause > 0 ? { pause } : {}) }] : [])] };
}
