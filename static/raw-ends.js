// Where the raw echo of this server is, as the page was told when it was made.

/** @param {string} name */
function told(name) {
  const meta = globalThis.document?.querySelector(`meta[name="${name}"]`);
  return meta?.getAttribute("content") ?? "";
}

/**
 * rawEnds is the echo's host and port as nc takes them, and its path; either may be empty.
 * @param {string} hostname of this page, for an echo that is open to the network
 */
export function rawEnds(hostname) {
  return { raw: told("wireup-raw").replace(/^\*/, hostname), rawunix: told("wireup-raw-unix") };
}
