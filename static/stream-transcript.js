// What a page's EventSource told its script, beside the chunks that carried it.
import { button, el } from "./dom.js";
import { cut, number, plural } from "./format.js";
import { visible } from "./hex.js";
import { chunksOf, lastEventId } from "./stream-sums.js";

/** @import { Exchange } from "./exchanges.js" */
/** @import { Chunk } from "./stream-sums.js" */

const KEPT = 80; // lines
const ALONE = 2000; // milliseconds until what the page was told stands alone

/** @typedef {{ row: HTMLElement, page: HTMLElement, wire: HTMLElement, key: string }} Line */

export class StreamTranscript {
  root = el("div", { class: "transcript chunks", tabindex: "0", role: "region", "aria-label": "What the EventSource told, beside the chunks" });
  #body = el("tbody");
  /** @type {Map<string, Line>} */
  #lines = new Map();
  #from = 0; // events up to this number had a line that was let go of
  /** @type {Map<string, string>} what was told of events whose chunk has not shown yet */
  #early = new Map();
  /** @type {Record<"open" | "end", { waiting: Line[], told: string[] }>} lines of the wire and words of the page that wait for each other */
  #pairs = { open: { waiting: [], told: [] }, end: { waiting: [], told: [] } };

  #alone = 0;
  #bottom = true;

  constructor() {
    this.root.addEventListener("scroll", () => {
      this.#bottom = this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 40;
    });
    const head = el("tr", {}, el("th", { scope: "col" }, "your EventSource"), el("th", { scope: "col" }, "the wire"));
    this.root.append(el("table", {}, el("caption", { class: "visually-hidden" }, "What the page was told, beside the wire"), el("thead", {}, head), this.#body));
    this.clear();
  }

  clear() {
    this.#lines.clear();
    this.#early.clear();
    for (const pair of Object.values(this.#pairs)) pair.waiting.length = pair.told.length = 0;
    this.#from = 0;
    this.#bottom = true;
    this.#body.replaceChildren(el("tr", { class: "none" }, el("td", { colspan: 2, class: "muted" }, "Nothing yet: open an EventSource.")));
  }

  /**
   * event writes down what the page's API said of an event, beside the chunk that ended it.
   * @param {string} id
   * @param {string} text
   */
  event(id, text) {
    const line = this.#lines.get(`event ${id}`);
    if (line) line.page.textContent = text;
    else this.#early.set(`event ${id}`, text);
  }

  /**
   * told writes down that the page's API said: open, or that it has ended. The wire shows the same a
   * moment later, or before.
   * @param {"open" | "end"} what
   * @param {string} text
   */
  told(what, text) {
    const { waiting, told } = this.#pairs[what];
    const line = waiting.shift();
    if (line) {
      line.page.textContent = text;
      return;
    }
    told.push(text);
    setTimeout(() => {
      const at = told.indexOf(text);
      if (at < 0) return;
      told.splice(at, 1); // the wire has nothing to show for it, as when the server is away
      this.#line(`told ${++this.#alone}`).page.textContent = text;
      this.#follow();
    }, ALONE);
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
      if (x.cut && (this.#lines.has(`${key} end`) || x.request.seq > this.#from)) this.#wire(`${key} end`, "end", "", "↯ the connection ended without a last chunk", undefined);
    }
    this.#follow();
  }

  /**
   * @param {string} key
   * @param {Exchange} x
   */
  #request(key, x) {
    const has = lastEventId(x);
    this.#wire(`${key} request`, undefined, "up", `↑ GET, ${number(x.request.size)} B`, x.request.seq, has === undefined ? ", without Last-Event-ID" : el("span", {}, ", ", el("b", {}, `Last-Event-ID: ${has}`)));
  }

  /**
   * @param {string} key
   * @param {Exchange} x
   */
  #answer(key, x) {
    this.#wire(`${key} answer`, x.status === 200 ? "open" : "end", "down", `↓ ${x.status} ${x.response?.http?.reason ?? ""}, ${number(x.response?.size ?? 0)} B`, x.response?.seq, x.status === 200 ? ", chunked" : "");
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
    this.#wire(line, chunk.last ? "end" : undefined, "down", cost, chunk.event.seq, " ", shown);
    const mine = this.#lines.get(line);
    if (mine && !chunk.last && mine.page.textContent === "·") mine.page.replaceChildren(el("span", { class: "muted" }, silence(chunk)));
  }

  /**
   * @param {string} key
   * @param {"open" | "end" | undefined} pair what the page is told at the same time
   * @param {string} way
   * @param {string} sum
   * @param {number | undefined} seq
   * @param {...(Node | string)} more
   */
  #wire(key, pair, way, sum, seq, ...more) {
    const line = this.#line(key);
    const { wire } = line;
    if (wire.dataset["seq"]) return;
    if (pair) {
      const text = this.#pairs[pair].told.shift();
      if (text === undefined) this.#pairs[pair].waiting.push(line);
      else line.page.textContent = text;
    }
    wire.dataset["seq"] = String(seq ?? 0);
    wire.className = way;
    const lead = seq === undefined ? sum : button(sum, () => this.root.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq } })), { class: "link", "aria-label": `${sum}: show it in the panel` });
    wire.replaceChildren(lead, ...more);
  }

  /** follow keeps the end in sight, unless the reader has scrolled away from it. */
  #follow() {
    if (this.#bottom) this.root.scrollTop = this.root.scrollHeight;
  }

  /** @param {string} key */
  #line(key) {
    let line = this.#lines.get(key);
    if (line) return line;
    if (this.#lines.size === 0) this.#body.replaceChildren();
    const page = el("td", {}, "·");
    const wire = el("td", {}, el("span", { class: "muted" }, "·"));
    line = { row: el("tr", {}, page, wire), page, wire, key };
    const early = this.#early.get(key);
    if (early !== undefined) page.textContent = early;
    this.#early.delete(key);
    this.#lines.set(key, line);
    this.#body.append(line.row);
    for (const [old, { row, wire }] of this.#lines) {
      if (this.#lines.size <= KEPT) break;
      row.remove();
      this.#from = Math.max(this.#from, Number(wire.dataset["seq"] ?? 0));
      this.#lines.delete(old);
    }
    return line;
  }

}

/**
 * silence says why the page was told nothing of a chunk.
 * @param {Chunk} chunk
 */
function silence({ pieces, half }) {
  if (half) return "nothing yet: no blank line has ended the event";
  const [piece] = pieces;
  if (piece?.kind === "retry") return `nothing: retry is for the browser, ${plural(piece.ms, "ms", "ms")}`;
  if (piece?.kind === "comment") return "nothing: a comment";
  return "nothing";
}
