// <wu-conversation-fragments>: cuts a text into frames, puts control frames between them, and has
// the forge send them. Emits wire-select for a frame that the reader wants to see.
import { CUT, MOST_PIECES, pieces, plan, summary } from "./conversation-sums.js";
import { button, el, freshId, write } from "./dom.js";
import { pageFeed } from "./feed.js";
import { encode, hexOf } from "./forge-frame.js";
import { Forged } from "./forged.js";
import { cut, plural } from "./format.js";
import { visible } from "./hex.js";
import { wordChip } from "./lab-word.js";
import { wireId } from "./wire-id.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Between } from "./conversation-sums.js" */

const LESSON = "conversation";
const START = `one message ${CUT}in three ${CUT}frames`;
const APART = 150; // milliseconds between two writes

/** @type {[Between, string][]} */
const BETWEEN = [
  ["", "nothing between"],
  ["ping", "a ping"],
  ["pong", "a pong that nobody asked for"],
  ["text", "another text message"],
  ["close", "a close frame, 1000"],
];

export class WuConversationFragments extends HTMLElement {
  static define(tag = "wu-conversation-fragments", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Forged | undefined} */
  #forged;
  /** @type {Between[]} */
  #between = [];
  #port = 0;
  #orders = 0;
  #input = el("input", { type: "text", id: freshId("cut"), value: START, maxlength: 200, autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
  #apart = el("input", { type: "checkbox" });
  #plan = el("ol", { class: "frame-plan" });
  #fault = el("p", { class: "wrong", role: "alert" });
  #send = el("button", { type: "submit", class: "btn primary" }, "Send these frames");
  #said = el("p", { class: "said", role: "status" });
  #body = el("tbody");
  #came = el(
    "div",
    { class: "transcript", tabindex: "0", role: "region", "aria-label": "The frames that crossed" },
    el("table", { class: "crossed" }, el("caption", { class: "visually-hidden" }, "The frames that crossed, in their order"), el("thead", {}, el("tr", {}, ...["", "frame", "of message", "payload"].map((name) => (name === "" ? el("td") : el("th", { scope: "col" }, name))))), this.#body),
  );

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#forged = new Forged(pageFeed(), signal);
    this.#forged.addEventListener("more", () => this.#show(), { signal });
    const form = el(
      "form",
      { class: "send-frames", novalidate: true },
      el("label", { for: this.#input.id }, "A text, cut where you put a ", el("code", {}, CUT)),
      this.#input,
      this.#plan,
      el("div", { class: "options" }, el("label", {}, this.#apart, ` each frame in a write of its own, ${APART} ms apart`)),
      this.#fault,
      el("p", { class: "lab-buttons" }, this.#send, button("Reset", () => this.#reset(), { class: "btn small" })),
    );
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#order();
    });
    this.#input.addEventListener("input", () => this.#draw(), { signal });
    this.addEventListener("lab-word", (e) => {
      this.#input.value = /** @type {CustomEvent<string>} */ (e).detail;
      this.#draw();
    }, { signal });
    this.#came.hidden = true;
    this.replaceChildren(
      el("h3", {}, "fragment composer · over the forge, to /echo"),
      ...(document.querySelector(`main[data-lesson="${LESSON}"]`) ? [wordChip(LESSON, signal)] : []),
      form,
      this.#said,
      this.#came,
    );
    this.#draw();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #reset() {
    this.#orders++;
    this.#port = 0;
    this.#between = [];
    this.#input.value = START;
    this.#apart.checked = false;
    write(this.#said, "");
    this.#body.replaceChildren();
    this.#came.hidden = true;
    this.#draw();
  }

  /** draw lists the frames that would be sent. */
  #draw() {
    const parts = pieces(this.#input.value);
    const many = parts.length > MOST_PIECES;
    write(this.#fault, many ? `That is ${parts.length} pieces, and this lab sends ${MOST_PIECES} at most. Take some cuts out.` : "");
    this.#send.disabled = many;
    const shown = parts.slice(0, MOST_PIECES);
    this.#plan.replaceChildren(
      ...shown.map((part, i) => {
        const last = i === shown.length - 1;
        const row = el("li", {}, el("span", { class: "made" }, el("b", {}, `FIN ${last ? 1 : 0}`), ` · opcode ${i === 0 ? "1, text" : "0, continuation"}`), el("code", {}, part === "" ? "no bytes" : `“${visible(part)}”`));
        if (!last) row.append(this.#choice(i));
        return row;
      }),
    );
  }

  /** @param {number} i */
  #choice(i) {
    const id = freshId("between");
    const select = el("select", { id }, ...BETWEEN.map(([value, text]) => el("option", { value }, text)));
    select.value = this.#between[i] ?? "";
    select.addEventListener("change", () => (this.#between[i] = /** @type {Between} */ (select.value)));
    return el("span", { class: "behind" }, el("label", { for: id, class: "visually-hidden" }, `Behind frame ${i + 1}`), select);
  }

  async #order() {
    const order = ++this.#orders;
    const frames = plan(pieces(this.#input.value), this.#between, () => crypto.getRandomValues(new Uint8Array(4))).map((spec) => hexOf(encode(spec)));
    const writes = this.#apart.checked ? frames.map((bytes, i) => ({ bytes, pause: i === 0 ? 0 : APART })) : [{ bytes: frames.join("") }];
    this.#port = 0;
    this.#body.replaceChildren();
    this.#came.hidden = true;
    write(this.#said, "Sending…");
    try {
      const response = await fetch(`/forge?wire=${wireId()}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ upgrade: "/echo?breakdown=off", writes }), signal: this.#gone?.signal ?? null });
      const answer = await response.json();
      if (order !== this.#orders) return;
      if (!response.ok) {
        write(this.#said, typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`);
        return;
      }
      this.#port = answer.port;
      this.#show();
    } catch {
      if (order === this.#orders && !this.#gone?.signal.aborted) write(this.#said, "The server does not answer. Is it running?");
    }
  }

  #show() {
    if (this.#port === 0) return;
    const events = this.#forged?.from(this.#port) ?? [];
    const frames = events.filter((e) => e.kind === "frame");
    if (frames.length === 0) return;
    this.#came.hidden = false;
    write(this.#said, summary(events));
    this.#body.replaceChildren(...frames.map((e) => this.#row(e)));
  }

  /** @param {WireEvent} e */
  #row(e) {
    const { frame } = e;
    const text = frame?.text ?? "";
    const name = `FIN ${frame?.fin ? 1 : 0} · ${frame?.opcode} ${frame?.type}`;
    return el(
      "tr",
      { class: e.direction },
      el("td", {}, e.direction === "up" ? "↑" : "↓"),
      el("th", { scope: "row" }, button(name, () => this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: e.seq } })), { class: "link", "aria-label": `${name}: show it in the panel` })),
      el("td", {}, frame?.message ? `${frame.message}, part ${frame.part}` : "none: control"),
      el("td", {}, `${plural(e.payloadLength, "byte")}${frame?.close ? `, code ${frame.close.code}` : text === "" ? "" : ` “${visible(cut(text, 30))}”`}`),
    );
  }
}
