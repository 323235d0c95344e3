// <wu-connections-latency>: a dial that puts the lab's server as far away as a place on the map. The
// server really waits. The map and the table of distances stand inside and are kept.
import { button, el, freshId, write } from "./dom.js";
import { Ends, lanesOf } from "./connection-lanes.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { folded } from "./folded.js";
import { plural } from "./format.js";
import { parse, utf8 } from "./hex.js";
import { command } from "./lab-control.js";
import { labWord } from "./lab-word.js";
import { Timeline } from "./timeline.js";
import { time } from "./timeline-scale.js";
import { wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */

const LESSON = "connections";
const TIMES = 5;
const POOL = 6; // connections that browsers keep to one host
const FARTHEST = 300; // milliseconds one way
const SETTLE = 150; // milliseconds after which a dial that is being turned is told to the server

/** @typedef {{ setup: number, there: number, held: number, back: number }} Waits */

export class WuConnectionsLatency extends HTMLElement {
  static define(tag = "wu-connections-latency", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} */
  #run;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Timeline | undefined} */
  #timeline;
  /** @type {Element | null} */
  #world = null;
  #ends = new Ends();
  #state = el("span", { role: "status" });
  #dial = el("input", { type: "range", min: 0, max: FARTHEST, step: 1, value: 0, id: freshId("dial") });
  #value = el("output", { for: this.#dial.id, class: "dial-value" });
  #fresh = el("input", { type: "checkbox" });
  #go = button(`Ask ${TIMES} times`, () => void this.#ask(), { class: "btn primary" });
  #said = el("p", { class: "said", role: "status" });
  #more = folded();
  #table = el("div", { class: "runs", tabindex: "0", role: "region", "aria-label": "What each request waited for" });
  /** @type {Map<string, number>} what the page itself measured, by the request's mark */
  #seen = new Map();
  #set = 0; // what the server was told last
  #asked = 0; // numbers the requests of this page
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#world ??= this.querySelector(".world");
    this.#timeline = new Timeline({
      label: "Requests and how long they took",
      words: { delivered: "a request, from its arrival to the end of its answer", wait: "on its way", event: "the connection was closed" },
      signal,
    });
    this.replaceChildren(
      el("h3", {}, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      el("div", { class: "dial" }, el("label", { for: this.#dial.id }, "Distance"), this.#dial, this.#value),
      ...(this.#world ? [this.#world] : []),
      el("p", { class: "plainly" }, "The server does this, and nothing between you and it: a request waits that long before the server acts on it, and its answer waits as long before its bytes are sent. The first request of a new connection waits a round trip more, which is what setting up TCP would take. The panel's clock stands at the server's socket, so there all of it lies between a request and its answer."),
      el("div", { class: "lab-row" }, this.#go, el("label", {}, this.#fresh, " on a new connection each time")),
      this.#said,
      this.#timeline.root,
      this.#table,
      this.#more,
    );
    this.#places();
    this.#dial.addEventListener("input", () => this.#turned(), { signal });
    document.addEventListener("lab-reset", () => void this.#load(), { signal });
    const feed = pageFeed();
    feed.addEventListener("items", (e) => {
      for (const item of /** @type {CustomEvent<Item[]>} */ (e).detail) this.#ends.add(item);
    }, { signal });
    feed.addEventListener("restart", () => (this.#ends = new Ends()), { signal });
    this.#exchanges = new Exchanges(feed, { lab: LESSON, accept: (x) => x.target.includes("&dial="), signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    void this.#load();
    this.#show();
  }

  disconnectedCallback() {
    clearTimeout(this.#settling);
    this.#run?.abort();
    this.#gone?.abort();
  }

  /** places makes a button of each distance in the table. */
  #places() {
    for (const row of this.querySelectorAll(".distances tbody tr")) {
      const name = row.querySelector("th");
      if (!(row instanceof HTMLElement) || !name || name.querySelector("button")) continue;
      const text = name.textContent ?? "";
      const ms = Math.round(Number(row.dataset["oneway"]));
      name.replaceChildren(button(text, () => this.#turn(ms), { class: "link", title: `Set the dial to ${ms} ms one way, as in fibre` }));
    }
  }

  /** load asks the server how its dial stands. */
  async #load() {
    try {
      const { oneWay } = await (await fetch(`/lab/connections/control/state?wire=${wireId()}`)).json();
      this.#set = Math.round(oneWay);
      this.#dial.value = String(this.#set);
      this.#draw();
    } catch {
      this.#said.textContent = "The server does not answer. Is it running?";
    }
  }

  /** @param {number} ms */
  #turn(ms) {
    this.#dial.value = String(ms);
    this.#turned();
  }

  #turned() {
    this.#draw();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#tell(), SETTLE);
  }

  /** tell sets the server's dial. */
  async #tell() {
    clearTimeout(this.#settling);
    const ms = Number(this.#dial.value);
    if (ms === this.#set) return;
    const response = await fetch(`/lab/connections/control/dial?wire=${wireId()}&ms=${ms}`, { method: "POST" });
    if (!response.ok) throw new Error((await response.json()).error);
    this.#set = ms;
    this.#draw();
  }

  #draw() {
    const ms = Number(this.#dial.value);
    this.#value.textContent = `${ms} ms one way, ${2 * ms} ms there and back`;
    this.#dial.setAttribute("aria-valuetext", this.#value.textContent);
    for (const part of this.querySelectorAll("[data-route]")) {
      const row = this.querySelector(`tr[data-route="${part.getAttribute("data-route")}"]`);
      const here = row instanceof HTMLElement && Math.round(Number(row.dataset["oneway"])) === ms;
      part.classList.toggle("here", here);
      if (part instanceof HTMLElement) part.querySelector("button")?.setAttribute("aria-pressed", String(here));
    }
    this.dispatchEvent(new CustomEvent("lab-dial", { bubbles: true, detail: { oneWay: ms } }));
  }

  async #ask() {
    this.#run?.abort();
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#exchanges?.clear();
    this.#seen.clear();
    this.#said.textContent = "";
    try {
      await this.#tell();
      if (this.#fresh.checked) await this.#hangUp(signal);
      for (let i = 0; i < TIMES; i++) {
        const mark = String(++this.#asked);
        const began = performance.now();
        const response = await fetch(`/lab/connections/${labWord(LESSON)}?wire=${wireId()}${this.#fresh.checked ? "&close=1" : ""}&dial=${mark}`, { cache: "no-store", signal });
        await response.text();
        this.#seen.set(mark, performance.now() - began);
        if (!response.ok) throw new Error(`The server answered ${response.status}.`);
        this.#show();
      }
    } catch (error) {
      if (!signal.aborted) this.#said.textContent = error instanceof TypeError ? "The server does not answer. Is it running?" : String(error instanceof Error ? error.message : error);
    }
  }

  /**
   * hangUp has the browser's connections closed: it would take one of them before it made a new one.
   * @param {AbortSignal} signal
   */
  async #hangUp(signal) {
    const url = `/lab/connections/control/hangup?wire=${wireId()}`;
    await Promise.all(Array.from({ length: POOL }, () => fetch(url, { method: "POST", signal })));
  }

  #show() {
    const list = this.#exchanges?.list ?? [];
    this.#state.textContent = `latency dial · ${list.length === 0 ? "nothing asked yet" : list.some((x) => x.open) ? "asking…" : "done"}`;
    if (this.#timeline) this.#timeline.root.hidden = list.length === 0;
    this.#timeline?.show(lanesOf(list, this.#ends, (x) => (x.ended === undefined ? undefined : time(x.ended - x.at))));
    this.#table.hidden = list.length === 0;
    write(this.#more, list.length === 0 ? "" : `${list.length > TIMES ? `And ${plural(list.length - TIMES, "earlier one")}. ` : ""}The distances come back with Reset.`);
    const head = el("tr", {}, ...["request", "set-up", "there", "back", "on the wire", "your page saw"].map((h, i) => el("th", { scope: "col", class: i > 0 && "num" }, h)));
    const rows = list.slice(-TIMES).map((x, i) => {
      const waits = waitsOf(x);
      const mark = new URLSearchParams(x.target.split("?", 2)[1] ?? "").get("dial") ?? "";
      const seen = x.driver === "page" ? this.#seen.get(mark) : undefined;
      const cells = [waits?.setup, waits?.there, waits?.back, x.ended === undefined ? undefined : x.ended - x.at, seen];
      return el("tr", {}, el("th", { scope: "row" }, `${i + 1} on #${x.conn}`), ...cells.map((ms) => el("td", { class: "num" }, ms === undefined ? "" : time(ms))));
    });
    this.#table.replaceChildren(el("table", {}, el("caption", { class: "visually-hidden" }, "What each request waited for"), el("thead", {}, head), el("tbody", {}, ...rows)));
  }

  async #reset() {
    clearTimeout(this.#settling);
    this.#run?.abort();
    this.#exchanges?.clear();
    this.#seen.clear();
    this.#fresh.checked = false;
    this.#said.textContent = "";
    this.#show();
    await command("connections", "reset", {}, (text) => (this.#said.textContent = text));
    this.dispatchEvent(new CustomEvent("lab-reset", { bubbles: true, detail: { lesson: LESSON } }));
  }
}

/**
 * waitsOf reads out of an answer what the server waited for.
 * @param {Exchange} x
 * @returns {Waits | undefined}
 */
function waitsOf(x) {
  const [body] = x.bodies;
  if (body?.body === undefined) return undefined;
  try {
    const { offset, length } = body.body;
    return JSON.parse(utf8(parse(body.bytes).subarray(offset, offset + length)) ?? "").waits;
  } catch {
    return undefined; // another answer than the lab's, such as a refusal
  }
}
