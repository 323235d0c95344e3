// <wu-production-return>: a socket that is dropped, a server that is away for a while, and a page
// that comes back in one of four manners.
import { button, el, freshId, svg, unit, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { plural } from "./format.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { backoff } from "./line.js";
import { Prediction } from "./prediction.js";
import { tries } from "./production-sums.js";
import { ticks, time } from "./timeline-scale.js";
import { WireClock } from "./wire-clock.js";

/** @import { Item } from "./event-types.js" */
/** @import { Try } from "./production-sums.js" */

const LESSON = "production";
const MOST = 5; // tries of a page with manners
const STORM = 12; // tries of one without, before the lab stops it
const HIGH = 78;

/**
 * The manners: how long to wait before try n, from 1.
 * @type {[string, string, (n: number) => number, number][]}
 */
const MANNERS = [
  ["at once", "at once", () => 0, STORM],
  ["fixed", "after 1 s each time", () => 1000, STORM],
  ["doubling", "after 0.5 s, then twice as long each time", (n) => 500 * 2 ** (n - 1), MOST],
  ["jitter", "after a wait drawn at random from a range that doubles", (n) => backoff(n), MOST],
];

export class WuProductionReturn extends HTMLElement {
  static define(tag = "wu-production-return", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {EchoSocket | undefined} */
  #echo;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #next;
  #clock = new WireClock();
  #tried = 0; // since the drop
  #away = false; // it was dropped, and is not back
  #drop = Number.POSITIVE_INFINITY; // when it was dropped, in ms of the wire's clock
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #manner = el("select", { id: freshId("manner") }, ...MANNERS.map(([value, text]) => el("option", { value }, text)));
  #refuse = el("select", { id: freshId("refuse") }, ...[0, 3, 9].map((n) => el("option", { value: n, selected: n === 3 }, n === 0 ? "nobody" : `the next ${n}`)));
  #open = button("Open a socket", () => this.#connect(), { class: "btn primary" });
  #cut = button("Drop it", () => void this.#pull(), { class: "btn", disabled: true });
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #hold = el("div", { class: "picture" });
  #list = el("ol", { class: "tries", "aria-label": "The tries to come back" });
  /** @type {((took: number) => void) | undefined} */
  #judge;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = pageFeed();
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "lab-choices" }, el("span", {}, el("label", { for: this.#manner.id }, "when it is dropped, your page tries again "), this.#manner), el("span", {}, el("label", { for: this.#refuse.id }, "the server then refuses "), this.#refuse)),
      el("div", { class: "lab-buttons", role: "group", "aria-label": "The socket" }, this.#open, this.#cut),
      this.#said,
      this.#hold,
      this.#list,
    );
    this.#ask();
    this.#exchanges = new Exchanges(feed, { lab: LESSON, accept: (x) => x.target.includes("back="), signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    feed.addEventListener("items", (e) => this.#clock.see(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#clock.forget(), { signal });
    const sized = new ResizeObserver(() => requestAnimationFrame(() => this.#draw()));
    sized.observe(this.#hold);
    signal.addEventListener("abort", () => sized.disconnect());
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    clearTimeout(this.#next);
    this.#echo?.drop();
  }

  #connect() {
    clearTimeout(this.#next);
    this.#echo?.drop();
    const echo = new EchoSocket(this, { breakdown: "off", path: `/lab/production/${labWord(LESSON)}`, query: { back: "1" } });
    this.#echo = echo;
    echo.addEventListener("state", () => {
      if (echo !== this.#echo) return;
      if (echo.state === "open" && this.#away) {
        this.#away = false;
        write(this.#said, `Back, at try ${this.#tried}.`);
      }
      this.#show();
    });
    echo.addEventListener("end", () => echo === this.#echo && this.#ended(echo));
    echo.addEventListener("gone", (e) => {
      if (echo.everOpen && echo === this.#echo) this.#drop = /** @type {CustomEvent} */ (e).detail.at;
      this.#show();
    });
    this.#show();
  }

  /** @param {EchoSocket} echo */
  #ended(echo) {
    if (echo.everOpen) {
      this.#away = true;
      this.#tried = 0;
      this.#drop = this.#clock.now ?? 0; // until the wire says it better
    }
    const [, , wait, most] = MANNERS.find(([value]) => value === this.#manner.value) ?? MANNERS[0] ?? ["", "", () => 0, 1];
    if (!this.#away) return;
    if (this.#tried >= most) {
      this.#away = false;
      write(this.#said, most === MOST ? `${plural(most, "try", "tries")}, and none got through: your page gives up, and would say so.` : `${most} tries, and no end: the lab stops your page here.`);
      this.#show();
      return;
    }
    this.#tried++;
    const ms = wait(this.#tried);
    write(this.#said, ms === 0 ? `Try ${this.#tried}, at once.` : `Try ${this.#tried} in ${time(ms)}.`);
    this.#next = setTimeout(() => this.#connect(), ms);
  }

  async #pull() {
    write(this.#said, "");
    await command(LESSON, "drop", { refuse: this.#refuse.value, socket: this.#echo?.socket ?? "" }, (text) => write(this.#said, text));
  }

  /** @returns {Try[]} */
  #tries() {
    return Number.isFinite(this.#drop) ? tries(this.#exchanges?.list ?? [], this.#drop) : [];
  }

  #show() {
    const state = this.#echo?.state ?? "closed";
    this.dataset["state"] = state;
    write(this.#state, `coming back · ${state === "open" ? "the socket is open" : this.#away ? "dropped, and on its way back" : state === "connecting" ? "connecting…" : "no socket"}`);
    this.#cut.disabled = state !== "open";
    const list = this.#tries();
    const last = list.at(-1);
    this.#list.replaceChildren(...list.map((t) => el("li", {}, button(`waited ${time(t.wait)}`, () => this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: t.seq } })), { class: "link" }), `, then ${t.status === undefined ? "no answer yet" : t.status === 101 ? "101: back" : `${t.status}: refused`}`)));
    this.#draw();
    if (last?.status === 101 && list.length > 1) this.#judge?.(last.at - this.#drop);
  }

  /** draw draws the waits: a bar each, and what it ended in. */
  #draw() {
    const list = this.#tries();
    const width = this.#hold.clientWidth;
    this.#hold.hidden = list.length === 0;
    if (list.length === 0 || width === 0) return;
    const rem = unit(this);
    const end = Math.max((list.at(-1)?.at ?? this.#drop) - this.#drop, 1);
    const x = (/** @type {number} */ t) => rem + ((t - this.#drop) / end) * (width - 3 * rem);
    const nodes = [];
    for (const { at, label } of ticks(this.#drop, this.#drop + end, Math.max(2, Math.floor(width / (5 * rem))), this.#drop)) {
      nodes.push(svg("line", { class: "tick", x1: x(at), x2: x(at), y1: 0, y2: HIGH - 20 }), svg("text", { class: "time", x: x(at), y: HIGH - 4, "text-anchor": "middle" }, label));
    }
    for (const t of list) {
      const from = x(t.at - t.wait);
      nodes.push(svg("line", { class: "gap", x1: from, x2: x(t.at), y1: 30, y2: 30 }));
      nodes.push(t.status === 101 ? svg("rect", { class: "arrived", x: x(t.at) - 7, y: 23, width: 14, height: 14 }) : svg("path", { class: "refused", d: `M${x(t.at) - 7} 23l14 14m0 -14l-14 14` }));
    }
    nodes.push(svg("path", { class: "dropped", d: `M${x(this.#drop)} 37l-8 -14h16z` }));
    const words = `After the drop: ${list.map((t) => `${time(t.wait)}, ${t.status === 101 ? "back" : "refused"}`).join("; ")}.`;
    this.#hold.replaceChildren(svg("svg", { class: "waits", width, height: HIGH, role: "img", "aria-label": words, focusable: "false" }, ...nodes), el("p", { class: "caption" }, "▽ dropped, ✗ refused, ■ back. The same stands in words below."));
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " The server drops your socket and refuses the next three tries. Your page waits half a second before the first try, and twice as long before each one that follows. After how many seconds is it back?"),
        unit: "seconds",
        go: "Predict and drop",
        skip: "Show me",
      },
      () => {
        this.#manner.value = "doubling";
        this.#refuse.value = "3";
        prediction.wait("Dropped, and on its way back…");
        this.#judge = (took) => {
          this.#judge = undefined;
          prediction.judge(Math.round(took / 1000), `${time(took)} from the drop to the handshake that got through, by the wire’s clock.`);
        };
        const pull = () => void this.#pull();
        if (this.#echo?.state === "open") pull();
        else {
          this.#connect();
          this.#echo?.addEventListener("state", () => this.#echo?.state === "open" && pull(), { once: true });
        }
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  /** reset goes back to the first step, on the server as well. */
  async #reset() {
    clearTimeout(this.#next);
    this.#echo?.drop();
    this.#echo = undefined;
    this.#judge = undefined;
    this.#away = false;
    this.#tried = 0;
    this.#drop = Number.POSITIVE_INFINITY;
    this.#manner.value = "at once";
    this.#refuse.value = "3";
    write(this.#said, "");
    await command(LESSON, "reset", {}, (text) => write(this.#said, text));
    this.#exchanges?.clear();
    this.#ask();
    this.#show();
  }
}
