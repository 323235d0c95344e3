// Which browser the predictions of DevTools were measured in, and what that means for the reader's. No DOM.

/** The major version of Chromium whose debugging protocol the browser tests held them against. */
export const MEASURED = 156;

/**
 * measuredIn says where a prediction comes from, and when the reader's browser may differ.
 * @param {string} agent the browser's User-Agent
 */
export function measuredIn(agent) {
  const where = `Measured in Chromium ${MEASURED}`;
  const [, own] = /Chrom(?:e|ium)\/(\d+)/.exec(agent) ?? [];
  if (own === undefined) return `${where}; yours is another browser, and may show more or less.`;
  return Number(own) === MEASURED ? `${where}, as yours is.` : `${where}; yours is ${own}, and may differ.`;
}
