// <wu-production-squeeze>: the same text over a socket without compression and over one with it,
// counted on the wire: raw bytes, inflated bytes, their ratio, RSV1.
import { deflateView } from "./deflate-view.js";
import { button, el, freshId, svg, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { bytes, cut, number } from "./format.js";
import { visible } from "./hex.js";
import { FREE, labWord, onWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { ratio } from "./production-sums.js";

/** @import { PageClose, WireEvent } from "./event-types.js" */

const LESSON = "production";
const KEPT = 12; // messages
const PATIENCE = 10_000; // milliseconds until the wire has to have shown a message
const SHORT = "hi";

/** @type {[string, () => string][]} */
const TEXTS = [
  ["“hi”", () => SHORT],
  ["forty readings as JSON", () => JSON.stringify(Array.from({ length: 40 }, (_, i) => ({ sensor: "attic", unit: "celsius", reading: 20 + ((i * 7) % 5) / 10 })))],
  ["300 random letters", () => Array.from(crypto.getRandomValues(new Uint8Array(300)), (n) => String.fromCharCode(97 + (n % 26))).join("")],
];

/** @typedef {{ text: string, plain: WireEvent | undefined, small: WireEvent | undefined }} Pair */

export class WuProductionSqueeze extends HTMLElement {
  static define(tag = "wu-production-squeeze", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {{ plain: EchoSocket, small: EchoSocket } | undefined} */
  #pair;
  #agreed = ""; // of compression, in the 101
  /** @type {Pair[]} */
  #sent = [];
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #input = el("textarea", { id: freshId("text"), rows: 3, spellcheck: "false", autocapitalize: "off", autocomplete: "off", maxlength: 20_000 });
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #table = el("div", { class: "squeezed", hidden: true, tabindex: "0", role: "region", "aria-label": "The messages so far" });
  #view = el("div");
  /** @type {((pair: Pair) => void) | undefined} */
  #judge;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const form = el("form", { class: "squeeze-form" }, el("label", { for: this.#input.id }, "One text, sent twice: over a socket without compression, and over one with it"), this.#input, el("div", { class: "lab-buttons" }, el("button", { type: "submit", class: "btn primary" }, "Send it over both")));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#send();
    });
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      form,
      el("div", { class: "presets", role: "group", "aria-label": "Texts to take" }, ...TEXTS.map(([name, make]) => button(name, () => this.#take(make()), { class: "btn small" }))),
      this.#said,
      this.#table,
      this.#view,
    );
    onWord(() => this.#close(), signal); // the word stands in the path
    this.#input.value = SHORT;
    this.#ask();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#close();
  }

  #close() {
    this.#pair?.plain.drop();
    this.#pair?.small.drop();
    this.#pair = undefined;
    this.#show();
  }

  /** @param {string} text */
  #take(text) {
    this.#input.value = text;
    this.#input.focus();
  }

  /** connect opens both sockets, unless they are open. */
  async #connect() {
    const open = this.#pair;
    if (open?.plain.state === "open" && open.small.state === "open") return open;
    this.#close();
    this.#agreed = "";
    const at = (/** @type {string} */ word) => ({ breakdown: /** @type {const} */ ("off"), path: `/lab/production/${word}` });
    // The one without is there to compare, and counts for no exercise.
    const pair = { plain: new EchoSocket(this, at(FREE)), small: new EchoSocket(this, { ...at(labWord(LESSON)), deflate: true }) };
    this.#pair = pair;
    pair.small.addEventListener("event", (e) => {
      const { detail } = /** @type {CustomEvent<WireEvent>} */ (e);
      if (detail.kind === "response") this.#agreed = detail.http?.fields.find((f) => f.name.toLowerCase() === "sec-websocket-extensions")?.value ?? "";
    });
    const opened = Object.values(pair).map((echo) => {
      echo.addEventListener("state", () => this.#show());
      echo.addEventListener("frame", (e) => this.#frame(echo === pair.small, /** @type {CustomEvent<WireEvent>} */ (e).detail));
      return new Promise((/** @type {(ok: boolean) => void} */ resolve) => {
        echo.addEventListener("state", () => echo.state === "open" && resolve(true));
        echo.addEventListener("end", () => resolve(false));
      });
    });
    const ok = (await Promise.all(opened)).every(Boolean);
    return ok ? pair : undefined;
  }

  async #send() {
    const text = this.#input.value;
    write(this.#said, "");
    const pair = await this.#connect();
    if (pair === undefined) {
      write(this.#said, "Could not connect: the server is away, refuses, or a limit on sockets was hit.");
      return;
    }
    const n = pair.plain.send(text);
    pair.small.send(text);
    /** @type {Pair} */
    const sent = { text, plain: undefined, small: undefined };
    if (n === 1) this.#sent = [];
    this.#sent[n - 1] = sent;
    setTimeout(() => {
      if (sent.small === undefined && this.#sent.includes(sent)) write(this.#said, "The wire has not shown the message. Is the panel connected? Send it again.");
    }, PATIENCE);
  }

  /**
   * @param {boolean} small
   * @param {WireEvent} e
   */
  #frame(small, e) {
    const n = e.frame?.message;
    if (e.direction !== "up" || n === undefined || !e.frame?.fin) return;
    const pair = this.#sent[n - 1];
    if (pair === undefined) return;
    if (small) pair.small = e;
    else pair.plain = e;
    this.#draw();
    if (pair.small && pair.plain) this.#judge?.(pair);
  }

  #show() {
    const state = this.#pair?.small.state ?? "closed";
    this.dataset["state"] = state;
    write(this.#state, `compression · ${state === "open" ? (this.#agreed === "" ? "two sockets" : `two sockets, one with ${this.#agreed}`) : state === "connecting" ? "connecting…" : "no sockets"}`);
  }

  #draw() {
    this.#show();
    const rows = this.#sent.filter((p) => p.plain && p.small);
    this.#table.hidden = rows.length === 0;
    const most = Math.max(1, ...rows.map((p) => Math.max(p.plain?.payloadLength ?? 0, sizeOf(p.small))));
    this.#table.replaceChildren(
      el(
        "table",
        {},
        el("caption", {}, "Payload bytes that crossed, oldest first. Headers come on top, and are the same for both."),
        el("thead", {}, el("tr", {}, ...["text", "without", "with", "ratio", "RSV1", "drawn to scale"].map((h) => el("th", { scope: "col" }, h)))),
        el("tbody", {}, ...rows.slice(-KEPT).map((p) => this.#row(p, most))),
      ),
    );
    const last = rows.at(-1)?.small;
    if (last) this.#view.replaceChildren(deflateView(last));
  }

  /**
   * @param {Pair} pair
   * @param {number} most
   */
  #row({ text, plain, small }, most) {
    const before = plain?.payloadLength ?? 0;
    const after = sizeOf(small);
    const show = (/** @type {WireEvent | undefined} */ e, /** @type {string} */ name) => el("td", { "data-label": name }, button(bytes(name === "with" ? after : before), () => e && this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: e.seq } })), { class: "link" }));
    const verdict = after > before ? "grew" : after < before ? "shrank" : "stayed";
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, visible(cut(text, 24)) || "nothing"),
      show(plain, "without"),
      show(small, "with"),
      el("td", { "data-label": "ratio" }, `${ratio(after, before)} ${verdict}`),
      el("td", { "data-label": "RSV1" }, small?.frame?.compressed ? "1" : "0"),
      el(
        "td",
        { class: "scale" },
        svg("svg", { viewBox: "0 0 100 18", preserveAspectRatio: "none", role: "img", "aria-label": `${number(before)} without, ${number(after)} with`, focusable: "false" }, svg("rect", { class: "plain", x: 0, y: 1, width: Math.max((before / most) * 100, 0.6), height: 7 }), svg("rect", { class: "small", x: 0, y: 10, width: Math.max((after / most) * 100, 0.6), height: 7 })),
      ),
    );
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " The text “hi” has two bytes. How many bytes of payload are they when they are compressed?"),
        unit: "bytes",
        go: "Predict and send",
        skip: "Show me",
      },
      () => {
        this.#input.value = SHORT;
        this.#close(); // a fresh window: nothing to point back to
        this.#sent = [];
        prediction.wait("On its way…");
        this.#judge = (pair) => {
          if (pair.text !== SHORT || pair.small?.frame?.compressed !== true) return;
          this.#judge = undefined;
          prediction.judge(sizeOf(pair.small), "Deflate needs room for its own signs, and two letters hold nothing that could be said shorter.");
        };
        void this.#send();
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  #reset() {
    this.#close();
    this.#judge = undefined;
    this.#sent = [];
    this.#input.value = SHORT;
    this.#table.hidden = true;
    this.#view.replaceChildren();
    write(this.#said, "");
    this.#ask();
  }
}

/**
 * sizeOf is how many bytes of payload a whole message took on the wire.
 * @param {WireEvent | undefined} e its last frame
 */
function sizeOf(e) {
  return e?.frame?.inflated?.compressed ?? e?.payloadLength ?? 0;
}
