// SHA-1, for pages that the browser gives no crypto.subtle: those over plain http from another host.

/**
 * sha1 returns the 20 bytes of the digest, by the browser's own code where the page has it.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {SubtleCrypto | undefined} [subtle]
 * @returns {Promise<Uint8Array>}
 */
export async function sha1(bytes, subtle = globalThis.crypto?.subtle) {
  return subtle ? new Uint8Array(await subtle.digest("SHA-1", bytes)) : digest(bytes);
}

/**
 * digest is the same, step by step as RFC 3174 has it.
 * @param {Uint8Array} bytes
 */
export function digest(bytes) {
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  const h = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const w = new Uint32Array(80);
  const rotate = (/** @type {number} */ x, /** @type {number} */ n) => (x << n) | (x >>> (32 - n));
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 80; t++) {
      w[t] = t < 16 ? view.getUint32(block + 4 * t) : rotate(at(w, t - 3) ^ at(w, t - 8) ^ at(w, t - 14) ^ at(w, t - 16), 1);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = h;
    for (let t = 0; t < 80; t++) {
      const [f, k] = t < 20 ? [(b & c) | (~b & d), 0x5a827999] : t < 40 ? [b ^ c ^ d, 0x6ed9eba1] : t < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
      const next = (rotate(a, 5) + f + e + k + at(w, t)) >>> 0;
      [e, d, c, b, a] = [d, c, rotate(b, 30) >>> 0, a, next];
    }
    [a, b, c, d, e].forEach((x, i) => (h[i] = at(h, i) + x));
  }
  const out = new DataView(new ArrayBuffer(20));
  h.forEach((x, i) => out.setUint32(4 * i, x));
  return new Uint8Array(out.buffer);
}

/**
 * @param {Uint32Array} words
 * @param {number} i
 */
function at(words, i) {
  return words[i] ?? 0;
}
