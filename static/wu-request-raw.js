// <wu-request-raw lesson="request">: a request written by hand, byte by byte, for readers without nc.
// The forge opens a connection to this server and sends exactly what stands in the field.
import { button, el, freshId } from "./dom.js";
import { plural } from "./format.js";
import { parse, utf8, visible } from "./hex.js";
import { labWord, onWord } from "./lab-word.js";
import { wireId } from "./wire-id.js";

const WAIT = 500; // milliseconds of silence after which the forge leaves
const LONGEST = 4096; // characters of an answer that are shown

export class WuRequestRaw extends HTMLElement {
  static define(tag = "wu-request-raw", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  #text = el("textarea", { id: freshId("raw"), rows: 4, spellcheck: "false", autocapitalize: "off", autocomplete: "off" });
  #crlf = el("input", { type: "checkbox", checked: true });
  #size = el("p", { class: "said", role: "status" });
  #said = el("p", { class: "said", role: "status" });
  #answer = el("pre", { tabindex: "0", "aria-label": "The answer" });
  #begun = ""; // what the field was filled with

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const crlf = el("label", {}, this.#crlf, " each line break is sent as CR LF");
    this.replaceChildren(
      el("h3", {}, "a request by hand", button("Reset", () => this.#begin(), { class: "btn small" })),
      el("label", { for: this.#text.id, class: "visually-hidden" }, "The bytes to send"),
      this.#text,
      el("div", { class: "lab-row" }, button("Send these bytes", () => void this.#send(), { class: "btn primary" }), crlf),
      this.#size,
      this.#said,
      this.#answer,
    );
    this.#text.addEventListener("input", () => this.#count(), { signal });
    this.#crlf.addEventListener("change", () => this.#count(), { signal });
    onWord(() => this.#text.value === this.#begun && this.#begin(), signal);
    this.#begin();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  /** begin fills the field with a first line, and leaves the rest to the reader. */
  #begin() {
    const lesson = this.getAttribute("lesson") ?? "request";
    this.#begun = `GET /lab/${lesson}/${labWord(lesson)}?wire=${wireId()} HTTP/1.1\n`;
    this.#text.value = this.#begun;
    this.#crlf.checked = true;
    this.#said.textContent = "";
    this.#answer.hidden = true;
    this.#count();
  }

  #bytes() {
    const text = this.#text.value.replace(/\r\n?/g, "\n");
    return new TextEncoder().encode(this.#crlf.checked ? text.replaceAll("\n", "\r\n") : text);
  }

  #count() {
    const ended = /\n\n$/.test(this.#text.value.replace(/\r\n?/g, "\n"));
    this.#size.textContent = `${plural(this.#bytes().length, "byte")}. ${ended ? "An empty line ends the head." : "The head has no end yet: that would be an empty line."}`;
  }

  async #send() {
    const bytes = [...this.#bytes()].map((b) => b.toString(16).padStart(2, "0")).join("");
    this.#said.textContent = "Sending…";
    this.#answer.hidden = true;
    try {
      const response = await fetch(`/forge?wire=${wireId()}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ writes: [{ bytes }], wait: WAIT }),
        signal: this.#gone?.signal ?? null,
      });
      const answer = await response.json();
      if (!response.ok) {
        this.#said.textContent = typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`;
        return;
      }
      const came = utf8(parse(answer.received)) ?? "";
      this.#said.textContent = came === "" ? `${plural(answer.sent, "byte")} sent, and no answer: the server waits for more.` : `${plural(answer.sent, "byte")} sent, ${plural(answer.receivedLength, "byte")} came back.`;
      this.#answer.hidden = came === "";
      this.#answer.textContent = came.slice(0, LONGEST).split("\r\n").map(visible).join("\n");
    } catch {
      if (!this.#gone?.signal.aborted) this.#said.textContent = "The server does not answer. Is it running?";
    }
  }
}
