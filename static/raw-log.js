// What the raw echo read and wrote on this wire, connection by connection, whoever connected.
import { button, el } from "./dom.js";
import { cut, ms, number, plural } from "./format.js";
import { parse, spaced, utf8, visible } from "./hex.js";

/** @import { Item, WireEvent } from "./event-types.js" */

const CONNECTIONS = 4;
const CALLS = 60; // of one connection
const SHOWN = 48; // characters of what crossed

/** @typedef {{ conn: number, port: string, driver: string, began: number, root: HTMLElement, list: HTMLElement, sum: HTMLElement, reads: number, read: number, written: number, calls: number, over: boolean }} Shown */

export class RawLog extends EventTarget {
  root = el("div", { class: "raw-log" });
  #none = el("p", { class: "muted" }, "No connection yet. Send something, or connect from a terminal.");
  /** @type {Map<number, Shown>} */
  #conns = new Map();
  #host;

  /**
   * @param {EventTarget} feed
   * @param {HTMLElement} host the element that asks the panel to show an event
   * @param {AbortSignal} signal
   */
  constructor(feed, host, signal) {
    super();
    this.#host = host;
    this.root.append(this.#none);
    feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.clear(), { signal });
  }

  clear() {
    this.#conns.clear();
    this.root.replaceChildren(this.#none);
  }

  /**
   * readsOf is how many reads the server made of the newest connection from a port so far, and
   * whether that connection is over.
   * @param {number} port
   */
  readsOf(port) {
    const found = [...this.#conns.values()].findLast((c) => c.port === String(port));
    return found && { reads: found.reads, read: found.read, over: found.over };
  }

  /** @param {Item[]} items */
  #take(items) {
    let more = false;
    for (const e of items) {
      if (e.kind === "lost" || e.lab !== "sockets") continue;
      if (e.kind === "open") this.#open(e);
      const shown = this.#conns.get(e.conn);
      if (shown === undefined) continue;
      this.#add(shown, e);
      more = true;
    }
    if (more) this.dispatchEvent(new Event("more"));
  }

  /** @param {WireEvent} e */
  #open(e) {
    const remote = e.open?.remote ?? "";
    const list = el("ol", { class: "raw-calls" });
    const sum = el("span", { class: "muted" });
    const name = remote === "unix" ? "over the path" : `from ${remote}`;
    const root = el("section", { class: "raw-conn", "aria-label": `Connection ${e.conn}` }, el("h4", {}, `connection ${e.conn}`, el("span", { class: "muted" }, ` · ${e.driver ?? ""}, ${name} · `), sum), list);
    this.#conns.set(e.conn, { conn: e.conn, port: remote.split(":").at(-1) ?? "", driver: e.driver ?? "", began: e.at, root, list, sum, reads: 0, read: 0, written: 0, calls: 0, over: false });
    this.#none.remove();
    this.root.prepend(root);
    for (const [old, { root: gone }] of this.#conns) {
      if (this.#conns.size <= CONNECTIONS) break;
      gone.remove();
      this.#conns.delete(old);
    }
  }

  /**
   * @param {Shown} c
   * @param {WireEvent} e
   */
  #add(c, e) {
    if (e.kind === "bytes" && e.direction === "up" && e.size > 0) {
      c.reads++;
      c.read += e.size;
    }
    if (e.kind === "bytes" && e.direction === "down") c.written += e.size;
    if (e.kind === "close") c.over = true;
    c.sum.textContent = `${plural(c.reads, "read")} of ${plural(c.read, "byte")} in all`;
    if (e.kind === "open" || ++c.calls > CALLS + 1) return;
    if (c.calls === CALLS + 1) {
      c.list.append(el("li", { class: "muted" }, "… and more, in the panel."));
      return;
    }
    c.list.append(this.#row(c, e));
  }

  /**
   * @param {Shown} c
   * @param {WireEvent} e
   */
  #row(c, e) {
    const [call, what] = wordsOf(e);
    const name = button(call, () => this.#host.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: e.seq } })), { class: "link", "aria-label": `${call}: show it in the panel` });
    return el("li", { class: e.kind === "close" ? "over" : e.direction }, el("span", { class: "when" }, `${ms(e.at - c.began)} ms`), el("span", { class: "call" }, name), el("span", { class: "what" }, what));
  }
}

/**
 * wordsOf is the call that an event was, and what it moved.
 * @param {WireEvent} e
 * @returns {[string, string]}
 */
export function wordsOf(e) {
  if (e.kind === "close") return ["end", e.close?.tcp ?? ""];
  if (e.size === 0) return ["read = 0", "end of stream: the client has ended its side"];
  const text = utf8(parse(e.bytes));
  const data = text !== undefined && !/[\0-\u0008\u000e-\u001f]/.test(text) ? `“${visible(cut(text, SHOWN))}”` : spaced(cut(e.bytes, 2 * SHOWN));
  return [`${e.direction === "up" ? "read" : "write"} = ${number(e.size)}`, data];
}
