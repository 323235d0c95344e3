// The end of a connection in words: what the wire carried, and what the page was told of it.

/** @import { CloseBody, CloseTruth, PageClose } from "./event-types.js" */

/**
 * sideWords says what one side's close frame held.
 * @param {CloseBody | undefined} body
 */
export function sideWords(body) {
  if (body === undefined) return "no close frame";
  if (body.code === 1005 || body.code === 0) return "a close frame without a code";
  const name = body.name ? ` ${body.name}` : "";
  return `close ${body.code}${name}${body.reason ? ` “${body.reason}”` : ""}`;
}

/**
 * whyCode explains how the code in the page's CloseEvent came about.
 * @param {PageClose} page
 * @param {CloseTruth} truth
 */
export function whyCode(page, truth) {
  switch (page.code) {
    case 1005:
      return "1005 means “no code was in the close frame”. The browser makes it up for the page: it never crosses the wire.";
    case 1006:
      return truth.up || truth.down
        ? "1006 means “TCP ended before the closing handshake was complete”. The browser makes it up for the page: it never crosses the wire."
        : "1006 means “TCP ended, and no close frame came”. The browser makes it up for the page, and says it for every failure, so that a page can't probe a network: it never crosses the wire.";
    case 1015:
      return "1015 means “the TLS handshake failed”. It is made up on this side: it never crosses the wire.";
  }
  if (truth.down?.code === page.code) return `The server's close frame carried ${page.code}, and the browser handed it to the page.`;
  if (truth.up?.code === page.code) return `The page's own close frame carried ${page.code}.`;
  return `No close frame on this connection carried ${page.code}.`;
}

/**
 * tcpWords says how TCP ended, as our end of it saw it.
 * @param {CloseTruth} truth
 * @param {boolean} open
 */
export function tcpWords(truth, open) {
  if (open) return "still open";
  return truth.tcp + (truth.error ? `: ${truth.error}` : "");
}

/**
 * codeWords says what a close code means to the reader of a lab, in a sentence.
 * @param {number} code
 * @param {string} reason
 */
export function codeWords(code, reason) {
  const said = reason === "" ? "" : ` It said: “${reason}”.`;
  switch (code) {
    case 1000:
      return `Closed normally (1000).${said}`;
    case 1001:
      return `The server is going away (1001).${said} It may be back in a moment.`;
    case 1002:
      return `The server closed over a protocol error (1002).${said}`;
    case 1005:
      return "Closed, and no code was given (1005).";
    case 1006:
      return "The connection broke, or could not be made (1006). Is the server still running?";
    case 1007:
      return `The server could not read the text (1007).${said}`;
    case 1008:
      return `A limit or a rule of the server was hit (1008).${said}`;
    case 1009:
      return `The message was larger than the server takes (1009).${said}`;
    case 1012:
      return `The server is starting again (1012).${said}`;
    case 1013:
      return `The server is busy (1013).${said} Try again in a moment.`;
  }
  return `Closed with code ${code}.${said}`;
}
