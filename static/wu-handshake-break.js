// <wu-handshake-break>: a handshake to break one field at a time, sent byte by byte by the forge, and
// what the server answers.
import { button, el, freshId, write } from "./dom.js";
import { refLink } from "./field-table.js";
import { pageFeed } from "./feed.js";
import { folded } from "./folded.js";
import { Forged } from "./forged.js";
import { plural } from "./format.js";
import { BREAKS, handshake, newKey, refusal } from "./handshake-sums.js";
import { parse, utf8 } from "./hex.js";
import { labWord, onWord, wordChip } from "./lab-word.js";
import { wireId } from "./wire-id.js";

const LESSON = "handshake";
const WAIT = 300; // milliseconds of silence after which the forge leaves
const KEPT = 20; // attempts in the table
const GUESSES = ["101", "400", "403", "405", "426"];

export class WuHandshakeBreak extends HTMLElement {
  static define(tag = "wu-handshake-break", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Forged | undefined} */
  #forged;
  #choice = el("select", { id: freshId("break") });
  #text = el("textarea", { id: freshId("bytes"), rows: 9, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
  #guess = el("select", { id: freshId("guess") });
  #send = button("Send these bytes", () => void this.#run(), { class: "btn primary" });
  #said = el("p", { class: "said", role: "status" });
  #table = el("div", { class: "runs", tabindex: "0", role: "region", "aria-label": "The answers so far" });
  #more = folded();
  #rows = el("tbody");
  #key = newKey();
  #begun = ""; // what the field was filled with

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#choice.replaceChildren(...BREAKS.map(({ name }, i) => el("option", { value: i }, name)));
    this.#guess.replaceChildren(el("option", { value: "" }, "no guess"), ...GUESSES.map((g) => el("option", { value: g }, g)));
    const head = el("tr", {}, ...["what was broken", "you said", "came", "why"].map((h) => el("th", { scope: "col" }, h)));
    this.#table.replaceChildren(el("table", {}, el("caption", { class: "visually-hidden" }, "Handshakes and their answers, newest first"), el("thead", {}, head), this.#rows));
    this.replaceChildren(
      el("h3", {}, "a handshake to break", button("Reset", () => this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      el("div", { class: "break-row" }, el("label", { for: this.#choice.id }, "Break: "), this.#choice),
      el("label", { for: this.#text.id, class: "visually-hidden" }, "The request to send; each line break is sent as CR LF"),
      this.#text,
      el("div", { class: "break-row" }, el("label", { for: this.#guess.id }, "The answer will be "), this.#guess, this.#send),
      this.#said,
      this.#table,
      this.#more,
    );
    this.#choice.addEventListener("change", () => this.#fill(), { signal });
    onWord(() => this.#text.value === this.#begun && this.#fill(), signal);
    this.#forged = new Forged(pageFeed(), signal);
    this.#reset();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #reset() {
    this.#choice.value = "0";
    this.#guess.value = "";
    this.#key = newKey();
    this.#rows.replaceChildren();
    write(this.#more, "");
    this.#table.hidden = true;
    this.#send.disabled = false;
    this.#said.textContent = "";
    this.#fill();
  }

  #fill() {
    const lines = handshake({ target: `/echo?wire=${wireId()}&word=${labWord(LESSON)}`, host: location.host, key: this.#key });
    this.#begun = `${BREAKS[Number(this.#choice.value)]?.change(lines).join("\n")}\n\n`;
    this.#text.value = this.#begun;
  }

  async #run() {
    const text = this.#text.value.replace(/\r\n?/g, "\n").replaceAll("\n", "\r\n");
    const bytes = [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("");
    const what = this.#text.value === this.#begun ? (BREAKS[Number(this.#choice.value)]?.name ?? "") : "your own bytes";
    const guess = this.#guess.value;
    this.#send.disabled = true;
    this.#said.textContent = "Sending…";
    try {
      const response = await fetch(`/forge?wire=${wireId()}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ writes: [{ bytes }], wait: WAIT }),
        signal: this.#gone?.signal ?? null,
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`);
      this.#came(what, guess, utf8(parse(answer.received)) ?? "", answer.port);
    } catch (error) {
      if (!this.#gone?.signal.aborted) this.#said.textContent = error instanceof TypeError ? "The server does not answer. Is it running?" : error instanceof Error ? error.message : String(error);
    } finally {
      this.#send.disabled = false;
    }
  }

  /**
   * @param {string} what
   * @param {string} guess
   * @param {string} received
   * @param {number} port
   */
  #came(what, guess, received, port) {
    if (received === "") {
      this.#said.textContent = "No answer: the head has no end yet, so the server waits. That would be an empty line.";
      return;
    }
    const { status, line, text, ref } = refusal(received);
    const right = guess === "" ? "" : guess === String(status) ? " ✓" : " ✗";
    this.#said.textContent = `${line.replace(/^HTTP\/1\.[01] /, "")}.${right === "" ? "" : right === " ✓" ? " As you said." : ` You said ${guess}.`}`;
    const show = () => {
      const seq = this.#forged?.from(port).find((e) => e.kind === "response")?.seq;
      if (seq !== undefined) this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq } }));
    };
    const why = el("td", {}, status === 101 ? "The server switches." : text, " ", refLink(ref));
    this.#rows.prepend(el("tr", {}, el("th", { scope: "row" }, what), el("td", {}, `${guess || "–"}${right}`), el("td", {}, button(String(status || "no HTTP"), show, { class: "link" })), why));
    while (this.#rows.childElementCount > KEPT) this.#rows.lastElementChild?.remove();
    this.#table.hidden = false;
    const earlier = this.#rows.childElementCount - 1;
    write(this.#more, earlier === 0 ? "" : `And ${plural(earlier, "earlier one")}.`);
  }
}
