// Before the talk: what has to work, measured now, as green and red in shape and word.
import { button, el, write } from "./dom.js";
import { wireId } from "./wire-id.js";

/** @import { ClassLine } from "./class-line.js" */
/** @import { Windows } from "./class-windows.js" */

const WAIT = 3000; // milliseconds that a check takes at most
const APART = 2000; // milliseconds that two clocks may differ
const WIDE = 1280;
const HIGH = 720;

/** @typedef {{ ok: boolean, words: string }} Result */

/**
 * clockResult judges the difference of two clocks.
 * @param {number} ahead milliseconds
 * @returns {Result}
 */
export function clockResult(ahead) {
  const seconds = Math.abs(ahead / 1000).toFixed(1);
  if (Math.abs(ahead) <= APART) return { ok: true, words: `this computer’s clock and the server’s differ by ${seconds} s` };
  return { ok: false, words: `the server’s clock is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} this computer’s: the end that you set is by this computer’s` };
}

/**
 * addressResult judges the address that this page was opened at.
 * @param {string} hostname
 * @param {string} host
 * @returns {Result}
 */
export function addressResult(hostname, host) {
  const own = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  if (own) return { ok: false, words: `${host} reaches this computer alone. Start wireup with --listen :8080, and open this page at the address that it prints` };
  return { ok: true, words: `others join at ${host}` };
}

/**
 * screenResult judges the projector's window.
 * @param {{ width: number, height: number } | undefined} size
 * @returns {Result}
 */
export function screenResult(size) {
  if (size === undefined) return { ok: false, words: "no projector’s window is open in this browser: open the screen, and drag it to the projector" };
  const words = `the projector’s window is ${size.width} × ${size.height}`;
  return size.width >= WIDE && size.height >= HIGH ? { ok: true, words } : { ok: false, words: `${words}: make it ${WIDE} × ${HIGH} at least, best the whole screen` };
}

/**
 * echoes opens a socket, sends a word and waits for its mirror.
 * @returns {Promise<Result>}
 */
function echoes() {
  return new Promise((done) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/echo?breakdown=off&wire=${wireId()}`);
    let began = 0;
    /** @param {Result} result */
    const end = (result) => {
      clearTimeout(timer);
      socket.close(1000);
      done(result);
    };
    const timer = setTimeout(() => end({ ok: false, words: "no echo within 3 s" }), WAIT);
    socket.addEventListener("open", () => {
      began = performance.now();
      socket.send("preflight");
    });
    socket.addEventListener("message", () => end({ ok: true, words: `a frame went to the echo and back in ${(performance.now() - began).toFixed(1)} ms` }));
    socket.addEventListener("error", () => end({ ok: false, words: "no WebSocket can be opened from here: something on the way lets none through" }));
  });
}

/**
 * polls asks for the class without a WebSocket, as who presents it.
 * @param {string} code
 * @param {string} token
 * @returns {Promise<Result>}
 */
async function polls(code, token) {
  const began = performance.now();
  try {
    const response = await fetch(`/classes/${code}/poll?wire=${wireId()}&as=presenter`, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store", signal: AbortSignal.timeout(WAIT) });
    const answer = await response.json();
    if (!response.ok) return { ok: false, words: answer.error };
    return { ok: true, words: `the class came by long polling in ${Math.round(performance.now() - began)} ms` };
  } catch {
    return { ok: false, words: "the class did not come by long polling" };
  }
}

export class Preflight {
  root = el("dialog", { class: "preflight", "aria-labelledby": "preflight-title" });
  #line;
  #windows;
  #code;
  #token;
  #list = el("ul", {});
  /** @type {{ width: number, height: number } | undefined} */
  #screen;

  /**
   * @param {string} code
   * @param {() => string} token
   * @param {ClassLine} line
   * @param {Windows} windows
   */
  constructor(code, token, line, windows) {
    this.#code = code;
    this.#token = token;
    this.#line = line;
    this.#windows = windows;
    windows.addEventListener("told", (e) => {
      const { detail } = /** @type {CustomEvent} */ (e);
      if (detail.screen) this.#screen = detail.screen;
    });
    this.root.append(
      el("h2", { id: "preflight-title", tabindex: "-1", autofocus: true }, "Before the talk"),
      el("div", { class: "preflight-columns" }, this.#list, el("figure", { class: "join-qr" }, el("img", { src: `/classes/${code}/qr.svg?scheme=${location.protocol.slice(0, -1)}`, alt: `QR code of the address ${location.host}/c/${code}` }), el("figcaption", {}, location.host, el("wbr", {}), `/c/${code}`))),
      el("p", { class: "deeds" }, button("Measure again", () => void this.run(), { class: "btn" }), " ", button("Close", () => this.root.close(), { class: "btn" })),
    );
  }

  open() {
    if (!this.root.open) this.root.showModal();
    void this.run();
  }

  /** run measures everything now. */
  async run() {
    this.#screen = undefined;
    this.#windows.tell({ ask: true });
    /** @type {[string, () => Promise<Result> | Result][]} */
    const checks = [
      ["Address", () => addressResult(location.hostname, location.host)],
      ["Second device", () => this.#second()],
      ["Echo", echoes],
      ["Long polling", () => polls(this.#code, this.#token())],
      ["Clock", () => clockResult(this.#line.ahead)],
      ["Projector", () => this.#projector()],
    ];
    const items = checks.map(([name]) => el("li", { "data-is": "waits" }, el("span", { class: "class-sign", "aria-hidden": "true" }, "…"), el("b", {}, name), " ", el("span", { class: "preflight-words" }, "measuring")));
    this.#list.replaceChildren(...items);
    await Promise.all(checks.map(async ([, check], i) => {
      const { ok, words } = await check();
      const item = items[i];
      item?.setAttribute("data-is", ok ? "good" : "bad");
      write(item?.querySelector(".class-sign") ?? undefined, ok ? "✓" : "✕");
      write(item?.querySelector(".preflight-words") ?? undefined, `${ok ? "good" : "not yet"}: ${words}.`);
    }));
  }

  /** @returns {Result} */
  #second() {
    const others = this.#line.desk?.addresses ?? 0;
    if (others > 0) return { ok: true, words: `somebody has joined from ${others === 1 ? "another address" : `${others} other addresses`}` };
    return { ok: false, words: "nobody has joined from another address yet: take a phone, join, and measure again" };
  }

  /** @returns {Promise<Result>} */
  #projector() {
    return new Promise((done) => setTimeout(() => done(screenResult(this.#screen)), 300));
  }
}
