// What a page's EventSource told its script, beside the chunks that carried it.
import { button, el } from "./dom.js";
import { cut, number, plural } from "./format.js";
import { visible } from "./hex.js";
import { chunksOf, lastEventId } from "./stream-sums.js";

/** @import { Exchange } from "./exchanges.js" */
/** @import { Chunk } from "./stream-sums.js" */

const KEPT = 80; // lines

/** @typedef {{ row: HTMLElement, page: HTMLElement, wire: HTMLElement, key: string }} Line */

export class StreamTranscript {
  root = el("div", { class: "transcript chunks", tabindex: "0", role: "region", "aria-label": "What the EventSource told, beside the chunks" });
  #body = el("tbody");
  /** @type {Map<string, Line>} */
  #lines = new Map();
  #from = 0; // events up to this number had a line that was let go of

  constructor() {
    const head = el("tr", {}, el("th", { scope: "col" }, "your EventSource"), el("th", { scope: "col" }, "the wire"));
    this.root.append(el("table", {}, el("caption", { class: "visually-hidden" }, "What the page was told, beside the wire"), el("thead", {}, head), this.#body));
    this.clear();
  }

  clear() {
    this.#lines.clear();
    this.#from = 0;
    this.#body.replaceChildren(el("tr", { class: "none" }, el("td", { colspan: 2, class: "muted" }, "Nothing yet: open an EventSource.")));
  }

  /**
   * told writes down what the page's API said. about names the event, so that it stands beside
   * the chunk that ended it.
   * @param {string} text
   * @param {string} about
   */
  told(text, about) {
    this.#line(about).page.textContent = text;
  }

  /**
   * show writes down the wire's side of the page's own streams.
   * @param {Exchange[]} streams
   */
  show(streams) {
    for (const x of streams) {
      const key = `${x.conn} ${x.number}`;
      if (x.request.seq > this.#from) this.#request(key, x);
      if (x.response && x.response.seq > this.#from) this.#answer(key, x);
      for (const chunk of chunksOf(x)) if (chunk.event.seq > this.#from) this.#chunk(key, chunk);
      if (x.cut && (this.#lines.has(`${key} end`) || x.request.seq > this.#from)) this.#wire(`${key} end`, "", "↯ the connection ended without a last chunk", undefined);
    }
  }

  /**
   * @param {string} key
   * @param {Exchange} x
   */
  #request(key, x) {
    const has = lastEventId(x);
    this.#wire(`${key} request`, "up", `↑ GET, ${number(x.request.size)} B`, x.request.seq, has === undefined ? ", without Last-Event-ID" : el("span", {}, ", ", el("b", {}, `Last-Event-ID: ${has}`)));
  }

  /**
   * @param {string} key
   * @param {Exchange} x
   */
  #answer(key, x) {
    this.#wire(`${key} answer`, "down", `↓ ${x.status} ${x.response?.http?.reason ?? ""}, ${number(x.response?.size ?? 0)} B`, x.response?.seq, x.status === 200 ? ", chunked" : "");
  }

  /**
   * @param {string} key
   * @param {Chunk} chunk
   */
  #chunk(key, chunk) {
    const ended = chunk.pieces.find((p) => p.kind === "event");
    const line = ended?.kind === "event" ? `event ${ended.id}` : `${key} chunk ${chunk.event.seq}`;
    const known = this.#lines.get(line);
    if (known && known.wire.dataset["seq"]) return;
    const shown = el(
      "code",
      { class: "chunk" },
      el("span", { class: "t-len" }, `${chunk.size}\\r\\n`),
      el("span", { class: "t-pay" }, visible(cut(chunk.text, 120))),
      el("span", { class: "t-len" }, "\\r\\n"),
    );
    const cost = chunk.last ? `↓ last chunk, ${number(chunk.framing)} B` : `↓ ${number(chunk.data)} + ${number(chunk.framing)} B`;
    this.#wire(line, "down", cost, chunk.event.seq, " ", shown);
    const mine = this.#lines.get(line);
    if (mine && mine.page.textContent === "·") mine.page.replaceChildren(el("span", { class: "muted" }, silence(chunk)));
  }

  /**
   * @param {string} key
   * @param {string} way
   * @param {string} sum
   * @param {number | undefined} seq
   * @param {...(Node | string)} more
   */
  #wire(key, way, sum, seq, ...more) {
    const { wire } = this.#line(key);
    if (wire.dataset["seq"]) return;
    wire.dataset["seq"] = String(seq ?? 0);
    wire.className = way;
    const lead = seq === undefined ? sum : button(sum, () => this.root.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq } })), { class: "link", "aria-label": `${sum}: show it in the panel` });
    wire.replaceChildren(lead, ...more);
  }

  /** @param {string} key */
  #line(key) {
    let line = this.#lines.get(key);
    if (line) return line;
    if (this.#lines.size === 0) this.#body.replaceChildren();
    const page = el("td", {}, "·");
    const wire = el("td", {}, el("span", { class: "muted" }, "·"));
    line = { row: el("tr", {}, page, wire), page, wire, key };
    const end = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 40;
    this.#lines.set(key, line);
    this.#body.append(line.row);
    for (const [old, { row, wire }] of this.#lines) {
      if (this.#lines.size <= KEPT) break;
      row.remove();
      this.#from = Math.max(this.#from, Number(wire.dataset["seq"] ?? 0));
      this.#lines.delete(old);
    }
    if (end) this.root.scrollTop = this.root.scrollHeight;
    return line;
  }

}

/**
 * silence says why the page was told nothing of a chunk.
 * @param {Chunk} chunk
 */
function silence({ pieces, half, last }) {
  if (last) return "(told by the error that follows)";
  if (half) return "nothing yet: no blank line has ended the event";
  const [piece] = pieces;
  if (piece?.kind === "retry") return `nothing: retry is for the browser, ${plural(piece.ms, "ms", "ms")}`;
  if (piece?.kind === "comment") return "nothing: a comment";
  return "nothing";
}
