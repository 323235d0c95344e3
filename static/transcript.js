// What the page's own WebSocket was told, line by line, beside what the wire carried.
import { button, el } from "./dom.js";
import { cut, number, plural } from "./format.js";
import { spaced, visible } from "./hex.js";

/** @import { PageClose, WireEvent } from "./event-types.js" */
/** @import { EchoSocket } from "./echo-socket.js" */

const KEPT = 60; // lines

/** @typedef {{ row: HTMLElement, page: HTMLElement, wire: HTMLElement, size: number, overhead: number, frames: number }} Line */

export class Transcript {
  root = el("div", { class: "transcript", tabindex: "0", role: "region", "aria-label": "What the page's WebSocket saw, beside the wire" });
  #body = el("tbody");
  #host;
  /** @type {Map<string, Line>} */
  #lines = new Map();

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#host = host;
    const head = el("tr", {}, el("th", { scope: "col" }, "your page’s WebSocket"), el("th", { scope: "col" }, "the wire"));
    this.root.append(el("table", {}, el("caption", { class: "visually-hidden" }, "What the page saw, beside the wire"), el("thead", {}, head), this.#body));
    this.root.hidden = true;
  }

  /**
   * follow writes down what happens on a connection.
   * @param {EchoSocket} echo
   */
  follow(echo) {
    echo.addEventListener("frame", (e) => this.#frame(echo.socket, /** @type {CustomEvent<WireEvent>} */ (e).detail));
    echo.addEventListener("message", (e) => {
      const { data, number: n } = /** @type {CustomEvent} */ (e).detail;
      this.#write(`${echo.socket} down ${n}`, "←", received(data, n));
    });
    echo.addEventListener("end", (e) => {
      const { code, reason, wasClean } = /** @type {CustomEvent<PageClose>} */ (e).detail;
      this.#line(`${echo.socket} end`).page.textContent = `× CloseEvent ${code}${reason ? ` “${visible(cut(reason, 60))}”` : ""}, wasClean ${wasClean}`;
    });
    echo.addEventListener("gone", (e) => {
      const { close } = /** @type {CustomEvent<WireEvent>} */ (e).detail;
      this.#line(`${echo.socket} end`).wire.textContent = `TCP: ${close?.tcp ?? "closed"}`;
    });
  }

  /**
   * sent writes down what the page gave to send().
   * @param {string} socket
   * @param {number} message
   * @param {string} what
   */
  sent(socket, message, what) {
    this.#write(`${socket} up ${message}`, "→", `send(${what})`);
  }

  /**
   * @param {string} key
   * @param {string} arrow
   * @param {string} text
   */
  #write(key, arrow, text) {
    const line = this.#line(key);
    line.page.textContent = `${arrow} ${text}`;
  }

  /**
   * line is the line of that name, made if there is none: at the end, or before another.
   * @param {string} key
   * @param {string} [before]
   */
  #line(key, before = "") {
    let line = this.#lines.get(key);
    if (line) return line;
    const page = el("td", {}, el("span", { class: "muted" }, "·"));
    const wire = el("td", { class: "muted" }, "·");
    const row = el("tr", {}, page, wire);
    line = { row, page, wire, size: 0, overhead: 0, frames: 0 };
    this.#lines.set(key, line);
    this.#body.insertBefore(row, this.#lines.get(before)?.row ?? null);
    for (const [old, { row: gone }] of this.#lines) {
      if (this.#lines.size <= KEPT) break;
      gone.remove();
      this.#lines.delete(old);
    }
    this.root.hidden = false;
    this.root.scrollTop = this.root.scrollHeight;
    return line;
  }

  /**
   * @param {string} socket
   * @param {WireEvent} e
   */
  #frame(socket, e) {
    const { frame } = e;
    if (!frame) return;
    if (frame.message === undefined) {
      this.#control(socket, e);
      return;
    }
    const line = this.#line(`${socket} ${e.direction} ${frame.message}`);
    line.size += e.size;
    line.overhead += e.overhead;
    line.frames++;
    const key = frame.maskingKey && line.frames === 1 ? `, key ${spaced(frame.maskingKey)}` : "";
    const frames = line.frames > 1 ? ` in ${plural(line.frames, "frame")}` : "";
    const { direction } = e;
    const { message } = frame;
    line.wire.className = direction;
    const sum = `${direction === "up" ? "↑" : "↓"} ${number(line.size)} B = ${number(line.overhead)} + ${number(line.size - line.overhead)}`;
    line.wire.replaceChildren(
      button(sum, () => {
        this.#host.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { socket, direction, message } }));
      }, { class: "link", "aria-label": `${sum}, header and payload: show it in the panel` }),
      `${frames}${key}`,
    );
  }

  /**
   * Of control frames the page's API has no word, but for the close.
   * @param {string} socket
   * @param {WireEvent} e
   */
  #control(socket, e) {
    const { frame } = e;
    const type = frame?.type ?? "";
    // The feed may tell of a close frame after the page has heard of the end.
    const line = this.#line(`${socket} control ${e.seq}`, `${socket} end`);
    line.page.replaceChildren(el("span", { class: "muted" }, type === "close" ? "(told by the CloseEvent)" : "nothing: the API has no word for it"));
    line.wire.className = e.direction;
    const close = frame?.close && frame.payloadLength > 0 ? ` ${frame.close.code}` : "";
    line.wire.textContent = `${e.direction === "up" ? "↑" : "↓"} ${number(e.size)} B = ${number(e.overhead)} + ${number(e.payloadLength)}, ${type}${close}`;
  }
}

/**
 * received says what the API handed over.
 * @param {string | ArrayBuffer} data
 * @param {number} n which message; of the echo every second one is the breakdown
 */
function received(data, n) {
  if (typeof data !== "string") return `ArrayBuffer of ${plural(data.byteLength, "byte")}`;
  const length = plural(data.length, "character");
  if (n % 2 === 0 && data.startsWith('{"message":')) return `the breakdown, ${length}`;
  return data === "" ? "an empty text" : `“${visible(cut(data, 24))}”, ${length}`;
}
