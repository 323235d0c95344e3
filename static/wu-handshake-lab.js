// <wu-handshake-lab>: a WebSocket opened from this page, its GET and its 101 side by side from the
// reader's own wire, and the accept value made from that key, step by step.
import { Dissections } from "./dissections.js";
import { button, el, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { folded } from "./folded.js";
import { bytes, plural } from "./format.js";
import { GUID, NEEDS, accept, needOf } from "./handshake-sums.js";
import { HeadView, lines } from "./head-view.js";
import { spaced } from "./hex.js";
import { labWord, wordChip } from "./lab-word.js";
import { Linked } from "./linked.js";
import { draw, wireId } from "./wire-id.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */

const LESSON = "handshake";
const PATIENCE = 5000; // milliseconds until the wire should have shown it

export class WuHandshakeLab extends HTMLElement {
  static define(tag = "wu-handshake-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  #dissections = new Dissections(`/wire/${wireId()}/events/`);
  #state = el("span", { role: "status" });
  #open = button("Open a WebSocket", () => this.#connect(), { class: "btn primary" });
  #card = el("div", { class: "handshake-card" });
  #more = folded();
  #steps = el("div", { class: "accept-steps" });
  #socket = ""; // the hint in the newest connection's URL
  /** @type {WebSocket | undefined} */
  #web;
  #shown = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #late;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.replaceChildren(
      el("h3", {}, this.#state, button("Reset", () => this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      el("div", { class: "lab-row" }, this.#open),
      this.#card,
      this.#steps,
      this.#more,
    );
    this.#say("no handshake yet");
    this.#exchanges = new Exchanges(pageFeed(), { lab: "echo", accept: (x) => this.#socket !== "" && x.target.includes(`socket=${this.#socket}`), signal });
    this.#exchanges.addEventListener("change", () => void this.#changed(), { signal });
    pageFeed().addEventListener("restart", () => this.#dissections.forget(), { signal });
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#web?.close();
    clearTimeout(this.#late);
  }

  /** @param {string} text */
  #say(text) {
    this.#state.textContent = `handshake lab · ${text}`;
  }

  #connect() {
    this.#web?.close();
    this.#socket = draw(4);
    const query = new URLSearchParams({ wire: wireId(), socket: this.#socket, word: labWord(LESSON), breakdown: "off" });
    this.#open.disabled = true;
    this.#say("connecting…");
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#ended("the wire has not shown it. Is the panel connected?"), PATIENCE);
    const web = new WebSocket(`${location.origin.replace(/^http/, "ws")}/echo?${query}`);
    this.#web = web;
    web.addEventListener("open", () => web.close(1000));
    web.addEventListener("error", () => web === this.#web && this.#ended("no connection. The page is told no reason; the panel has it."));
  }

  /** @param {string} text */
  #ended(text) {
    clearTimeout(this.#late);
    this.#open.disabled = false;
    this.#say(text);
  }

  async #changed() {
    const x = this.#exchanges?.list.findLast((e) => e.response !== undefined);
    if (x?.response === undefined || this.#gone === undefined) return;
    const key = `${x.conn} ${x.number}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const { signal } = this.#gone;
    try {
      const [up, down] = await Promise.all([this.#dissections.get(x.request.seq, signal), this.#dissections.get(x.response.seq, signal)]);
      if (key !== this.#shown) return;
      this.#card.replaceChildren(this.#side(up, signal), this.#side(down, signal));
      write(this.#more, `And ${plural(this.#card.querySelectorAll(".need:not(.required, .browsers)").length, "line")} that it could do without, in the panel.`);
      await this.#explain(x);
      this.#ended(`${x.request.http?.method} and ${x.status}, on connection ${x.conn}`);
    } catch (error) {
      if (!signal.aborted) this.#ended(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * side is one half of the card.
   * @param {WireEvent} e
   * @param {AbortSignal} signal
   */
  #side(e, signal) {
    const linked = new Linked(e.fields ?? []);
    const view = new HeadView(e, linked, signal);
    lines(linked.fields).forEach((line, i) => {
      const named = line.map((at) => linked.fields[at]).find((f) => f?.name === "field name");
      const last = linked.fields[line[0] ?? 0]?.name === "blank line";
      const need = i === 0 || last ? "required" : needOf(e.direction, named?.value ?? "");
      view.root.children[i]?.append(el("span", { class: `need ${need}` }, NEEDS[need]));
    });
    const title = e.direction === "up" ? "↑ The request" : "↓ The answer";
    const select = () => void this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: e.seq } }));
    return el("section", { class: `part-of ${e.direction}` }, el("h4", {}, title, el("span", { class: "size" }, bytes(e.size))), view.root, button("Show it in the panel", select, { class: "link" }));
  }

  /** @param {Exchange} x */
  async #explain(x) {
    const field = (/** @type {WireEvent | undefined} */ e, /** @type {string} */ name) => e?.http?.fields.find((f) => f.name.toLowerCase() === name)?.value;
    const key = field(x.request, "sec-websocket-key") ?? "";
    const came = field(x.response, "sec-websocket-accept") ?? "nothing";
    const { digest, value } = await accept(key);
    const step = (/** @type {string} */ name, /** @type {...(Node | string)} */ ...what) => el("li", {}, el("span", { class: "step" }, name), el("code", {}, ...what));
    const same = value === came;
    this.#steps.replaceChildren(
      el("h4", {}, "From your key to the accept value"),
      el(
        "ol",
        {},
        step("The key, as the text that crossed:", el("span", { class: "t-key" }, key)),
        step("The GUID of RFC 6455 §1.3 behind it:", el("span", { class: "t-key" }, key), el("span", { class: "t-len" }, GUID)),
        step(`SHA-1 of these ${key.length + GUID.length} characters, ${digest.length / 2} bytes:`, el("span", { class: "t-pay" }, spaced(digest))),
        step("These bytes in base64:", el("span", { class: "t-ctl" }, value)),
        step("What the server sent:", el("span", { class: "t-ctl" }, came)),
      ),
      el("p", { class: "because" }, el("b", { class: same ? "right" : "wrong" }, same ? "The same." : "Not the same."), same ? " The server read this very request, and knows the protocol. The page computed its value from the bytes on your wire." : " A browser would fail the connection here."),
    );
  }

  #reset() {
    clearTimeout(this.#late);
    this.#web?.close();
    this.#web = undefined;
    this.#socket = this.#shown = "";
    this.#open.disabled = false;
    this.#card.replaceChildren();
    this.#steps.replaceChildren();
    write(this.#more, "");
    this.#exchanges?.clear();
    this.#say("no handshake yet");
  }
}
