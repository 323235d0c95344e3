// <wu-echo-lab value="Spang">: sends messages of the reader's own to the echo, and shows what the
// page was told of them beside what the wire carried. Emits socket-goodbye when the reader closes.
import { codeWords } from "./close-words.js";
import { button, el, freshId } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { cut, number, plural } from "./format.js";
import { visible } from "./hex.js";
import { FREE, labWord, wordChip } from "./lab-word.js";
import { Transcript } from "./transcript.js";
import { wireId } from "./wire-id.js";

/** @import { PageClose, WireEvent } from "./event-types.js" */

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const RECONNECT = 400; // milliseconds before the page comes back by itself after a switch

const LESSON = "frames"; // whose exercises take their word from the presets

/**
 * text is n letters. They begin with the word of the exercise that the reader is at, if at any.
 * @param {number} n
 */
function text(n) {
  const word = labWord(LESSON);
  return ((word === FREE ? "" : word) + LETTERS.repeat(Math.ceil(n / LETTERS.length))).slice(0, n);
}

/** @type {[string, () => string | ArrayBuffer | Blob, string][]} */
const MESSAGES = [
  ["125 B", () => text(125), "The longest payload whose length fits into seven bits"],
  ["126 B", () => text(126), "The shortest that needs the 16-bit form"],
  ["65 535 B", () => text(65_535), "The longest of the 16-bit form"],
  ["65 536 B", () => text(65_536), "The shortest that needs the 64-bit form"],
  ["emoji", () => "👋🌍", "Two characters on screen, eight bytes on the wire"],
  ["ArrayBuffer", () => Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3).buffer, "A binary message"],
  ["Blob", () => new Blob([Uint8Array.of(0xca, 0xfe, 0xba, 0xbe)]), "A binary message that DevTools draws without its data"],
  ["empty", () => "", "A message of no bytes at all"],
];

/** @type {[string, (number | undefined), (string | undefined)][]} */
const CLOSES = [
  ["close 1000", 1000, undefined],
  ["close 4000 “bye”", 4000, "bye"],
  ["close without a code", undefined, undefined],
];

export class WuEchoLab extends HTMLElement {
  static define(tag = "wu-echo-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {EchoSocket | undefined} */
  #echo;
  /** @type {AbortController | undefined} */
  #gone;
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #connect = button("Connect", () => this.#press(), { class: "btn small" });
  #input = el("input", { type: "text", id: freshId("message"), autocomplete: "off", spellcheck: "false" });
  #guess = el("input", { type: "text", inputmode: "numeric", id: freshId("bytes"), size: 5, autocomplete: "off" });
  #asked = el("p", { class: "ask" });
  #said = el("p", { class: "said", role: "status" });
  #buffered = el("p", { class: "said" });
  #deflate = el("input", { type: "checkbox" });
  #library = el("select", { id: freshId("holder") }, el("option", { value: "" }, "our mirror"), el("option", { value: "gorilla" }, "gorilla"));
  #transcript = new Transcript(this);
  #judging = 0; // the message that the guess is about
  #size = 0;
  #overhead = 0;
  #frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#input.value = this.getAttribute("value") ?? "Spang";
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, this.#connect),
      this.#form(),
      ...(document.querySelector(`main[data-lesson="${LESSON}"]`) ? [wordChip(LESSON, signal)] : []),
      this.#asked,
      this.#presets(),
      this.#options(),
      this.#buffered,
      this.#said,
      this.#transcript.root,
    );
    this.#ask();
    this.#deflate.addEventListener("change", () => this.#again(), { signal });
    this.#library.addEventListener("change", () => this.#again(), { signal });
    this.addEventListener("lab-word", (e) => (this.#input.value = /** @type {CustomEvent<string>} */ (e).detail), { signal });
    this.#open();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    clearTimeout(this.#soon);
    cancelAnimationFrame(this.#frame);
    this.#echo?.drop();
    this.#echo = undefined;
  }

  #form() {
    const form = el("form", { class: "send" }, el("label", { for: this.#input.id, class: "visually-hidden" }, "Message"), this.#input, el("button", { type: "submit", class: "btn primary" }, "Send"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.#send(this.#input.value, `“${visible(cut(this.#input.value, 24))}”`);
    });
    return form;
  }

  #presets() {
    const group = el("div", { class: "presets", role: "group", "aria-label": "Messages and goodbyes to send" });
    for (const [name, make, why] of MESSAGES) group.append(button(name, () => this.#send(make(), name), { class: "chip", title: why }));
    group.append(button("ping from the server", () => void this.#ping(), { class: "chip", title: "A browser can't send one" }));
    for (const [name, code, reason] of CLOSES) group.append(button(name, () => this.#close(code, reason), { class: "chip" }));
    return group;
  }

  #options() {
    return el(
      "div",
      { class: "options" },
      el("label", {}, this.#deflate, " compression (permessage-deflate)"),
      el("span", {}, el("label", { for: this.#library.id }, "held by "), this.#library),
    );
  }

  /** ask puts the question that may be answered before the first message goes. */
  #ask() {
    this.#guess.value = "";
    this.#asked.replaceChildren(
      el("label", { for: this.#guess.id }, "Predict: how many bytes will it take on the wire?"),
      " ",
      this.#guess,
    );
    this.#guess.onkeydown = (e) => {
      if (e.key !== "Enter") return;
      e.preventDefault();
      this.#send(this.#input.value, `“${visible(cut(this.#input.value, 24))}”`);
    };
  }

  #press() {
    clearTimeout(this.#soon);
    if (this.#echo?.state === "open") this.#again();
    else this.#open();
  }

  /** again closes what is open and connects with the options as they are now. */
  #again() {
    clearTimeout(this.#soon);
    if (this.#echo && this.#echo.state !== "closed") this.#echo.close(1000, "reconnecting");
    this.#soon = setTimeout(() => this.#open(), RECONNECT);
    this.#say("");
  }

  #open() {
    const echo = new EchoSocket(this, { deflate: this.#deflate.checked, library: this.#library.value === "gorilla" });
    this.#echo = echo;
    if (this.#judging > 0) this.#judging = 0; // the message that was to be judged never reached the wire
    this.#transcript.follow(echo);
    echo.addEventListener("state", () => echo === this.#echo && this.#show());
    echo.addEventListener("frame", (e) => echo === this.#echo && this.#judge(/** @type {CustomEvent<WireEvent>} */ (e).detail));
    echo.addEventListener("end", (e) => {
      if (echo !== this.#echo) return;
      const { code, reason } = /** @type {CustomEvent<PageClose>} */ (e).detail;
      this.#say(echo.everOpen ? codeWords(code, visible(reason)) : "Could not connect to /echo: the server is away, or a limit on sockets was hit. Press Connect to try again.");
    });
    this.#show();
  }

  #show() {
    const state = this.#echo?.state ?? "closed";
    this.dataset["state"] = state;
    const words = { connecting: "connecting to /echo…", open: "connected to /echo", closing: "closing…", closed: "not connected" };
    this.#state.textContent = `echo lab · ${words[state]}`;
    this.#connect.textContent = state === "open" ? "Reconnect" : "Connect";
    this.#connect.hidden = state === "connecting";
  }

  /** @param {string} text */
  #say(text) {
    this.#said.textContent = text;
  }

  /**
   * @param {string | ArrayBuffer | Blob} data
   * @param {string} name
   */
  #send(data, name) {
    const echo = this.#echo;
    if (echo === undefined || echo.state === "closed") {
      this.#say("Not connected. Press Connect, then send again.");
      this.#connect.focus();
      return;
    }
    try {
      const message = echo.send(data);
      this.#transcript.sent(echo.socket, message, name);
      if (this.#judging === 0) {
        this.#judging = message;
        this.#size = this.#overhead = 0;
      }
      this.#say("");
      this.#watchBuffer();
    } catch (error) {
      this.#say(echo.state === "connecting" ? "Still connecting. Send again in a moment." : error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * judge puts the first message's size beside the guess, from the wire's own frames.
   * @param {WireEvent} e
   */
  #judge(e) {
    if (e.direction !== "up" || e.frame?.message !== this.#judging || this.#judging === 0) return;
    this.#size += e.size;
    this.#overhead += e.overhead;
    if (!e.frame.fin) return;
    const said = this.#guess.value.replace(/[\s\u202f.,']/g, "");
    const right = said !== "" && Number(said) === this.#size;
    this.#asked.replaceChildren(
      ...(said === "" ? [] : [el("span", { class: right ? "right" : "wrong" }, `You said ${cut(said, 12)} ${right ? "✓" : "✗"}`), " · "]),
      el("b", {}, `${plural(this.#size, "byte")} crossed`),
      `: ${number(this.#overhead)} of header, ${number(this.#size - this.#overhead)} of payload.`,
    );
    this.#judging = -1;
  }

  /** watchBuffer says how much waits in the browser, as long as something does. */
  #watchBuffer() {
    cancelAnimationFrame(this.#frame);
    const waiting = this.#echo?.bufferedAmount ?? 0;
    this.#buffered.textContent = waiting > 0 ? `bufferedAmount: ${plural(waiting, "byte")} wait in the browser` : "";
    if (waiting > 0 && this.#echo?.state === "open") this.#frame = requestAnimationFrame(() => this.#watchBuffer());
  }

  async #ping() {
    try {
      const response = await fetch(`/lab/echo/ping?wire=${wireId()}`, { method: "POST" });
      const answer = await response.json();
      this.#say(response.ok ? `${plural(answer.pinged, "ping")} went down your wire, one on each echo. The browser answers by itself; this page hears nothing of it.` : answer.error);
    } catch {
      this.#say("The server does not answer. Is it running?");
    }
  }

  /**
   * @param {number | undefined} code
   * @param {string | undefined} reason
   */
  #close(code, reason) {
    if (this.#echo?.state !== "open") {
      this.#say("There is no open connection to close. Press Connect first.");
      return;
    }
    this.dispatchEvent(new CustomEvent("socket-goodbye", { bubbles: true, detail: { socket: this.#echo.socket } }));
    this.#echo.close(code, reason);
    this.#show();
  }
}
