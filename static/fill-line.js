// A line for a terminal, with the page's address, the reader's wire and the lab's word in place.

/**
 * fillLine puts the page's address, wire and word into a line.
 * @param {string} line
 * @param {{ host: string, origin: string, wire: string, word?: string }} page
 */
export function fillLine(line, { host, origin, wire, word = "free" }) {
  const { hostname, port, protocol } = new URL(origin);
  /** @type {Record<string, string>} */
  const values = { host, origin, wsorigin: origin.replace(/^http/, "ws"), wire, word, hostname: hostname.replace(/^\[|\]$/g, ""), port: port || (protocol === "https:" ? "443" : "80") };
  return line.replace(/\{(host|hostname|port|origin|wsorigin|wire|word)\}/g, (_, name) => values[name] ?? "");
}
