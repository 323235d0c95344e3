// Figures as the pages write them: bytes, milliseconds, shares, plurals.

const THIN = "\u202f"; // a narrow space that does not break: 65 536

/**
 * number writes n in groups of three digits; four digits stand alone.
 * @param {number} n
 */
export function number(n) {
  const digits = String(Math.trunc(n));
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, THIN);
}

/**
 * bytes writes a size: exact below 100 000 bytes, three digits of it above.
 * @param {number} n
 */
export function bytes(n) {
  if (n < 100_000) return `${number(n)}${THIN}B`;
  const units = ["kB", "MB", "GB", "TB"];
  let unit = -1;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0)}${THIN}${units[unit]}`;
}

/**
 * binary writes a size in units of 1024 bytes, for what is set in such: 128 KiB, 2.4 MiB.
 * @param {number} n
 */
export function binary(n) {
  const mib = 2 ** 20;
  if (n < 1024) return `${n}${THIN}B`;
  return n < mib ? `${Math.round(n / 1024)}${THIN}KiB` : `${Number((n / mib).toFixed(1))}${THIN}MiB`;
}

/**
 * ms writes a time to a tenth of a millisecond, without a unit: it stands in a column.
 * @param {number} t
 */
export function ms(t) {
  return t.toFixed(1);
}

/**
 * plural writes a count with its noun: 1 frame, 2 frames.
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function plural(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/**
 * share writes part of whole as a percentage that is never rounded to all or nothing.
 * @param {number} part
 * @param {number} whole
 */
export function share(part, whole) {
  if (whole === 0) return "";
  const percent = (part / whole) * 100;
  if (percent > 0 && percent < 1) return "<1%";
  if (percent < 100 && percent > 99) return ">99%";
  return `${Math.round(percent)}%`;
}

/**
 * cut shortens text to n characters, never through the middle of one.
 * @param {string} text
 * @param {number} n
 */
export function cut(text, n) {
  if (text.length <= n) return text;
  const end = /[\ud800-\udbff]/.test(text[n - 1] ?? "") ? n - 1 : n;
  return `${text.slice(0, end)}…`;
}
