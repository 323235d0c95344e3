// The arithmetic and the words of a timeline. No DOM.

/**
 * @typedef {"ask" | "empty" | "delivered" | "wait" | "event" | "lost" | "error" | "stream"} BarKind
 * @typedef {{ from: number, to?: number | undefined, kind: BarKind, label?: string | undefined, title?: string | undefined, seq?: number | undefined }} Bar
 *   Times in ms. Without `to`, waiting and streaming are still going on; any other is a moment.
 *   seq: the event in the panel that it stands for.
 * @typedef {{ name: string, bars: Bar[] }} Lane
 * @typedef {{ from: number, to: number, now?: number | undefined, zero?: number | undefined, lanes: Lane[] }} Times
 *   from and to are what is in sight; now is the live edge (to, if it isn't given); zero is where
 *   the axis begins to count (from, if it isn't given).
 */

/**
 * What each kind says, and the mark that stands for it where a bar would be too narrow: a path
 * around 0 0, 2 wide and high. Marks differ in shape, so that nothing hangs on a colour.
 * @type {Record<BarKind, { word: string, mark: string, hollow?: true, line?: true }>}
 */
export const KINDS = {
  ask: { word: "asked", mark: "M0-1 1 1H-1z" },
  empty: { word: "answered, empty", mark: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0z", hollow: true },
  delivered: { word: "delivered", mark: "M-.9-.9H.9V.9H-.9z" },
  wait: { word: "waiting", mark: "M-.9-1H-.3V1H-.9zM.3-1H.9V1H.3z" },
  event: { word: "happened on the server", mark: "M0-1.2 1.2 0 0 1.2-1.2 0z" },
  lost: { word: "lost", mark: "M-1-1 1 1M1-1-1 1", line: true },
  error: { word: "cut or refused", mark: "M0 1.1-1.2-1H1.2z", hollow: true },
  stream: { word: "streaming", mark: "M-1-.8H1M-1 0H1M-1 .8H1", line: true },
};

/**
 * time writes ms as a person reads it: 850 ms, 1.25 s, 12.3 s.
 * @param {number} ms
 */
export function time(ms) {
  const size = Math.abs(ms);
  if (size < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (size < 999.5) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(size < 9995 ? 2 : 1)} s`;
}

/**
 * ticks are the marks of an axis: at most `most`, at round distances from zero.
 * @param {number} from
 * @param {number} to
 * @param {number} most
 * @param {number} [zero]
 * @returns {{ at: number, label: string }[]}
 */
export function ticks(from, to, most, zero = from) {
  const span = to - from;
  if (!(span > 0) || most < 1) return [];
  let step = 10 ** Math.floor(Math.log10(span / most));
  for (const next of [2, 2.5, 2]) {
    if (span / step <= most) break;
    step *= next;
  }
  const list = [];
  for (let i = Math.ceil((from - zero) / step); zero + i * step <= to + step * 1e-9; i++) {
    list.push({ at: zero + i * step, label: tickLabel(i * step, step) });
  }
  return list;
}

/**
 * @param {number} ms
 * @param {number} step
 */
function tickLabel(ms, step) {
  if (ms === 0) return "0";
  if (step < 100) return `${Number(ms.toFixed(3))} ms`;
  return `${Number((ms / 1000).toFixed(1))} s`;
}

/**
 * Scale leads from times to places in a drawing.
 * @param {{ from: number, to: number }} times
 * @param {number} left
 * @param {number} width
 */
export function scale({ from, to }, left, width) {
  const span = Math.max(to - from, 1e-6);
  return (/** @type {number} */ t) => left + (Math.min(Math.max(t, from), to) - from) / span * width;
}

/**
 * grows says whether a bar is still going on.
 * @param {Bar} bar
 */
export function grows({ kind, to }) {
  return to === undefined && (kind === "wait" || kind === "stream");
}

/**
 * inSight is which bars touch what is in sight, the newest of them, at most `most`.
 * @param {Bar[]} bars
 * @param {Times} times
 * @param {number} most
 */
export function inSight(bars, { from, to }, most) {
  const seen = bars.filter((b) => b.from <= to && (b.to ?? (grows(b) ? to : b.from)) >= from);
  return seen.length > most ? seen.slice(-most) : seen;
}

/**
 * lineOf is a bar in words.
 * @param {Bar} bar
 * @param {Times} times
 * @param {Partial<Record<BarKind, string>>} [words]
 */
export function lineOf(bar, { from, to, now = to, zero = from }, words = {}) {
  const word = words[bar.kind] ?? KINDS[bar.kind].word;
  const at = time(bar.from - zero);
  const took = grows(bar) ? `, for ${time(Math.max(0, now - bar.from))} so far` : (bar.to ?? bar.from) > bar.from ? `, for ${time((bar.to ?? bar.from) - bar.from)}` : "";
  const about = [bar.label, bar.title].filter((text, i, all) => text && all.indexOf(text) === i).join(": ");
  return `${at}: ${word}${took}${about ? `. ${about}` : ""}`;
}
