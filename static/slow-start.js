// Slow start, as arithmetic: how many round trips a size takes while the window doubles.

export const INITIAL = 10; // segments that may be sent before the first acknowledgement
export const SEGMENT = 1460; // bytes of one: an Ethernet packet of 1500 without the headers of IPv4 and TCP

const MOST = 40; // rounds; no size that a lab sends needs as many

/**
 * @typedef {{ segments: number, bytes: number, sent: number, sum: number }} Round
 *   bytes: as many as the window lets out; sent: those of them that were left to send; sum: all so far
 */

/**
 * rounds says what each round trip carries of size bytes, without loss, while every segment is
 * acknowledged and the window doubles.
 * @param {number} size
 * @param {{ initial?: number, segment?: number }} [from]
 * @returns {Round[]}
 */
export function rounds(size, { initial = INITIAL, segment = SEGMENT } = {}) {
  const list = [];
  let sum = 0;
  for (let segments = initial; sum < size && list.length < MOST; segments *= 2) {
    const bytes = segments * segment;
    const sent = Math.min(bytes, size - sum);
    sum += sent;
    list.push({ segments, bytes, sent, sum });
  }
  return list;
}
