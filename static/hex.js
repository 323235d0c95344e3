// Bytes, as hex and as what a person can read.

/**
 * parse turns hex without spaces into bytes. A last digit without its partner is left out.
 * @param {string} hex
 */
export function parse(hex) {
  const out = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** @param {number} byte */
export function pair(byte) {
  return byte.toString(16).padStart(2, "0");
}

/**
 * spaced puts a space between bytes: 81 85 37.
 * @param {string} hex
 */
export function spaced(hex) {
  return hex.replace(/..(?=.)/g, "$& ");
}

/**
 * binary writes a byte's bits, in two groups of four.
 * @param {number} byte
 */
export function binary(byte) {
  const bits = byte.toString(2).padStart(8, "0");
  return `${bits.slice(0, 4)} ${bits.slice(4)}`;
}

/**
 * glyph is a byte as a character of ASCII, or a dot: for the text column of a hex dump.
 * @param {number} byte
 */
export function glyph(byte) {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

/**
 * characters reads bytes as UTF-8 and gives each byte what it stands for: a character at its
 * first byte, an empty string at its others, a dot where there is no character to show.
 * @param {Uint8Array} bytes
 * @returns {string[]}
 */
export function characters(bytes) {
  const out = new Array(bytes.length).fill("");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let i = 0; i < bytes.length; ) {
    const size = width(bytes[i] ?? 0);
    let char = "·";
    try {
      const text = decoder.decode(bytes.subarray(i, i + size));
      if (text !== "" && !/\p{Cc}/u.test(text)) char = text;
    } catch {
      out[i++] = char;
      continue;
    }
    out[i] = char;
    i += size;
  }
  return out;
}

/**
 * width is how many bytes the character takes that begins with this byte.
 * @param {number} lead
 */
function width(lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  if (lead >= 0xc0) return 2;
  return 1;
}

/**
 * utf8 reads bytes as UTF-8; undefined if they are none.
 * @param {Uint8Array} bytes
 */
export function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** @type {Record<string, string>} */
const ESCAPES = { "\r": "\\r", "\n": "\\n", "\t": "\\t" };

/**
 * visible writes control characters as escapes, so that a line stays a line.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(/[\u0000-\u001f\u007f]/g, (c) => ESCAPES[c] ?? `\\x${pair(c.charCodeAt(0))}`);
}
