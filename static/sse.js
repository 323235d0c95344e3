// Server-sent events, read as a browser reads them (WHATWG HTML §9.2): blank lines end events, and
// where the bytes were cut on the way means nothing.

/**
 * @typedef {{ kind: "event", id: string, data: string } | { kind: "retry", ms: number } | { kind: "comment", text: string }} Piece
 */

export class SseReader {
  #rest = "";
  #data = /** @type {string[]} */ ([]);
  #id = "";

  /** pending says whether an event has begun that no blank line has ended. */
  get pending() {
    return this.#rest !== "" || this.#data.length > 0;
  }

  /**
   * feed reads on, and returns what is complete with it.
   * @param {string} text
   * @returns {Piece[]}
   */
  feed(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    /** @type {Piece[]} */
    const pieces = [];
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) pieces.push({ kind: "event", id: this.#id, data: this.#data.join("\n") });
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) {
        pieces.push({ kind: "comment", text: line.slice(1).trim() });
        continue;
      }
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "data") this.#data.push(value);
      else if (name === "id") this.#id = value;
      else if (name === "retry" && /^\d+$/.test(value)) pieces.push({ kind: "retry", ms: Number(value) });
    }
    return pieces;
  }
}
