// A line for a terminal, with the page's address and the reader's wire in place.

/**
 * fillLine puts the page's address and wire into a line.
 * @param {string} line
 * @param {{ host: string, origin: string, wire: string }} page
 */
export function fillLine(line, { host, origin, wire }) {
  /** @type {Record<string, string>} */
  const values = { host, origin, wsorigin: origin.replace(/^http/, "ws"), wire };
  return line.replace(/\{(host|origin|wsorigin|wire)\}/g, (_, name) => values[name] ?? "");
}
