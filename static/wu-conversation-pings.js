// <wu-conversation-pings>: has the server ping this page's socket, and plots the time until each
// pong, as the wire saw it.
import { spread } from "./conversation-sums.js";
import { button, el, svg, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { plural } from "./format.js";
import { wireId } from "./wire-id.js";

/** @import { PageClose, WireEvent } from "./event-types.js" */

const KEPT = 40; // round trips
const APART = 250; // milliseconds between two pings
const WIDE = 400;
const HIGH = 90;

export class WuConversationPings extends HTMLElement {
  static define(tag = "wu-conversation-pings", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {EchoSocket | undefined} */
  #echo;
  /** @type {{ seq: number, rtt: number }[]} */
  #trips = [];
  #told = 0; // messages that the page's API handed over meanwhile
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #said = el("p", { class: "said", role: "status" });
  #plot = svg("svg", { class: "rtt-plot", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", focusable: "false" });
  #sum = el("p", { class: "caption" });
  #list = el("ol", { class: "rtt-list", tabindex: "0", "aria-label": "Round trips, the newest first" });
  #api = el("p", { class: "why" });

  connectedCallback() {
    this.#gone = new AbortController();
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => this.#reset(), { class: "btn small" })),
      el("div", { class: "lab-buttons", role: "group", "aria-label": "Pings from the server" }, button("Ping from the server", () => this.#ask(1), { class: "btn primary" }), button("Ten in a row", () => this.#ask(10), { class: "btn" })),
      this.#said,
      this.#plot,
      this.#sum,
      this.#list,
      this.#api,
    );
    this.#draw();
    this.#show();
    // What this browser's WebSocket can do, read from the browser.
    const methods = Object.entries(Object.getOwnPropertyDescriptors(WebSocket.prototype)).flatMap(([name, d]) => (typeof d.value === "function" && name !== "constructor" ? [name] : []));
    this.#api.replaceChildren("The methods of this browser’s WebSocket: ", ...methods.flatMap((name, i) => [i === 0 ? "" : ", ", el("code", {}, `${name}()`)]), ". None of them sends a ping, and no event tells of one.");
  }

  disconnectedCallback() {
    this.#gone?.abort();
    clearTimeout(this.#next);
    this.#echo?.drop();
    this.#echo = undefined;
  }

  #reset() {
    clearTimeout(this.#next);
    this.#echo?.drop();
    this.#echo = undefined;
    this.#trips = [];
    this.#told = 0;
    write(this.#said, "");
    this.#show();
    this.#draw();
  }

  /**
   * ask has n pings sent, over a connection that is opened if there is none.
   * @param {number} n
   */
  #ask(n) {
    clearTimeout(this.#next);
    const echo = this.#echo?.state === "open" || this.#echo?.state === "connecting" ? this.#echo : this.#open();
    if (echo.state === "open") void this.#ping(n);
    else echo.addEventListener("state", () => echo === this.#echo && echo.state === "open" && void this.#ping(n), { once: true });
  }

  #open() {
    const echo = new EchoSocket(this, { breakdown: "off" });
    this.#echo = echo;
    echo.addEventListener("state", () => echo === this.#echo && this.#show());
    echo.addEventListener("message", () => this.#told++);
    echo.addEventListener("frame", (e) => echo === this.#echo && this.#take(/** @type {CustomEvent<WireEvent>} */ (e).detail));
    echo.addEventListener("end", (e) => {
      if (echo !== this.#echo) return;
      clearTimeout(this.#next);
      const { code } = /** @type {CustomEvent<PageClose>} */ (e).detail;
      write(this.#said, echo.everOpen ? `The connection has ended (${code}). Press again, and another is opened.` : "Could not connect to /echo: the server is away, or a limit on sockets was hit.");
    });
    this.#show();
    return echo;
  }

  /** @param {number} n */
  async #ping(n) {
    try {
      const response = await fetch(`/lab/echo/ping?wire=${wireId()}`, { method: "POST", signal: this.#gone?.signal ?? null });
      const answer = await response.json();
      if (!response.ok) {
        write(this.#said, answer.error);
        return;
      }
      if (answer.pinged > 1) write(this.#said, `${plural(answer.pinged, "ping")} went down your wire, one on each echo that is open. Here stands the one of this lab.`);
    } catch {
      if (!this.#gone?.signal.aborted) write(this.#said, "The server does not answer. Is it running?");
      return;
    }
    if (n > 1) this.#next = setTimeout(() => void this.#ping(n - 1), APART);
  }

  /** @param {WireEvent} e */
  #take(e) {
    if (e.direction !== "up" || e.frame?.type !== "pong" || e.rtt === undefined) return;
    this.#trips.push({ seq: e.seq, rtt: e.rtt });
    if (this.#trips.length > KEPT) this.#trips.shift();
    this.#draw();
  }

  #show() {
    const state = this.#echo?.state ?? "closed";
    this.dataset["state"] = state;
    write(this.#state, `ping tool · ${this.#echo ? { connecting: "connecting…", open: "connected to /echo", closing: "closing…", closed: "not connected" }[state] : "not connected yet"}`);
  }

  #draw() {
    const trips = this.#trips;
    const times = trips.map((t) => t.rtt);
    const { least, middle, most } = spread(times);
    const top = Math.max(most, 0.1);
    const x = (/** @type {number} */ i) => 12 + (i * (WIDE - 24)) / Math.max(KEPT - 1, 1);
    const y = (/** @type {number} */ t) => HIGH - 10 - (t / top) * (HIGH - 24);
    this.#plot.replaceChildren(
      svg("line", { class: "axis", x1: 4, y1: HIGH - 10, x2: WIDE - 4, y2: HIGH - 10 }),
      ...trips.map((t, i) => svg("circle", { class: "trip", cx: x(i).toFixed(1), cy: y(t.rtt).toFixed(1), r: 4 })),
    );
    const words = times.length === 0 ? "No pong yet." : `${plural(times.length, "pong")}: ${least.toFixed(2)} ms at the least, ${middle.toFixed(2)} in the middle, ${most.toFixed(2)} at the most. Meanwhile your page was handed ${plural(this.#told, "message")}.`;
    this.#plot.setAttribute("aria-label", `Round trips in their order. ${words}`);
    write(this.#sum, words);
    this.#list.hidden = trips.length === 0;
    this.#list.replaceChildren(
      ...trips.toReversed().map((t) => {
        const text = `${t.rtt.toFixed(2)} ms`;
        return el("li", {}, button(text, () => this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: t.seq } })), { class: "link", "aria-label": `${text}: show the pong in the panel` }));
      }),
    );
  }
}
