// SHA-256 (FIPS 180-4), since over plain HTTP from another machine a browser offers none. Short texts only.

/** The first 32 bits of the fractional parts of roots of the first primes. @param {number} power @param {number} n */
function roots(power, n) {
  const found = [];
  for (let p = 2; found.length < n; p++) {
    if ([...Array(p).keys()].slice(2).some((d) => p % d === 0)) continue;
    const root = p ** (1 / power);
    found.push(((root - Math.floor(root)) * 2 ** 32) >>> 0);
  }
  return found;
}

const K = roots(3, 64);
const H = roots(2, 8);

/** @param {number} x @param {number} n */
const turn = (x, n) => (x >>> n) | (x << (32 - n));

/**
 * sha256 is the hash of a text's UTF-8, in hex.
 * @param {string} text
 */
export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const blocks = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
  bytes.forEach((b, i) => blocks.setUint8(i, b));
  blocks.setUint8(bytes.length, 0x80);
  blocks.setUint32(blocks.byteLength - 4, bytes.length * 8);
  let hash = H;
  for (let at = 0; at < blocks.byteLength; at += 64) hash = block(hash, blocks, at);
  return hash.map((h) => h.toString(16).padStart(8, "0")).join("");
}

/**
 * @param {number[]} hash
 * @param {DataView} blocks
 * @param {number} at
 */
function block(hash, blocks, at) {
  const w = [...Array(16).keys()].map((i) => blocks.getUint32(at + 4 * i));
  /** @param {number} i */
  const word = (i) => w[i] ?? 0;
  for (let i = 16; i < 64; i++) {
    const s0 = turn(word(i - 15), 7) ^ turn(word(i - 15), 18) ^ (word(i - 15) >>> 3);
    const s1 = turn(word(i - 2), 17) ^ turn(word(i - 2), 19) ^ (word(i - 2) >>> 10);
    w.push((word(i - 16) + s0 + word(i - 7) + s1) >>> 0);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + word(i)) >>> 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
    [a, b, c, d, e, f, g, h] = [(t1 + t2) >>> 0, a, b, c, (d + t1) >>> 0, e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((x, i) => (x + (hash[i] ?? 0)) >>> 0);
}
