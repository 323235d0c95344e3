// <wu-masking-lab value="hi" times="3">: walks through the masking of the reader's own frame, and
// sends one text several times to compare what crosses.
import { codeWords } from "./close-words.js";
import { el, freshId } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { plural } from "./format.js";
import { spaced, visible } from "./hex.js";
import { Prediction } from "./prediction.js";
import { XorWalk } from "./xor-walk.js";

/** @import { Frame, PageClose, WireEvent } from "./event-types.js" */

const LONGEST = 16; // characters: a walk that can be walked

export class WuMaskingLab extends HTMLElement {
  static define(tag = "wu-masking-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {EchoSocket | undefined} */
  #echo;
  /** @type {Map<number, (frame: Frame) => void>} what is awaited of the wire, by message */
  #awaited = new Map();
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #input = el("input", { type: "text", id: freshId("text"), maxlength: LONGEST, autocomplete: "off", spellcheck: "false" });
  #said = el("p", { class: "said", role: "status" });
  #place = el("div");
  #keys = el("div", { class: "keys" });

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const value = this.getAttribute("value") ?? "hi";
    const times = Math.max(2, Math.min(10, Number(this.getAttribute("times") ?? 3)));
    this.#input.value = value;
    const form = el("form", { class: "send" }, el("label", { for: this.#input.id, class: "visually-hidden" }, "A short text"), this.#input, el("button", { type: "submit", class: "btn primary" }, "Send and walk"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#walk();
    });
    this.replaceChildren(el("h3", {}, this.#light, this.#state), form, this.#said, this.#place, this.#thrice(value, times));
    this.#show();
    signal.addEventListener("abort", () => this.#echo?.drop());
    this.addEventListener("lab-word", (e) => (this.#input.value = /** @type {CustomEvent<string>} */ (e).detail), { signal });
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#echo = undefined;
    this.#place.replaceChildren();
  }

  #show() {
    const state = this.#echo?.state ?? "closed";
    this.dataset["state"] = state;
    const words = { connecting: "connecting…", open: "connected to /echo", closing: "closing…", closed: "connects when you send" };
    this.#state.textContent = `masking lab · ${words[state]}`;
  }

  /**
   * open returns a connection that is open, making one if there is none.
   * @returns {Promise<EchoSocket>}
   */
  #open() {
    if (this.#echo?.state === "open") return Promise.resolve(this.#echo);
    const echo = new EchoSocket(this, { breakdown: "off" });
    this.#echo = echo;
    this.#awaited.clear();
    echo.addEventListener("frame", (e) => this.#frame(/** @type {CustomEvent<WireEvent>} */ (e).detail));
    return new Promise((open, fail) => {
      echo.addEventListener("state", () => {
        this.#show();
        if (echo.state === "open") open(echo);
      });
      echo.addEventListener("end", (e) => {
        const { code, reason } = /** @type {CustomEvent<PageClose>} */ (e).detail;
        fail(new Error(codeWords(code, visible(reason))));
      });
      this.#show();
    });
  }

  /** @param {WireEvent} e */
  #frame(e) {
    if (e.direction !== "up" || e.frame?.message === undefined) return;
    this.#awaited.get(e.frame.message)?.(e.frame);
    this.#awaited.delete(e.frame.message);
  }

  /**
   * send sends text and returns its frame as the wire told it.
   * @param {string} text
   * @returns {Promise<Frame>}
   */
  async #send(text) {
    const echo = await this.#open();
    return new Promise((came, fail) => {
      const message = echo.send(text);
      const late = setTimeout(() => fail(new Error("The frame has not shown on the wire yet. Is the panel cut off? Send again.")), 5000);
      this.#awaited.set(message, (frame) => {
        clearTimeout(late);
        came(frame);
      });
    });
  }

  async #walk() {
    const text = this.#input.value;
    if (text === "") {
      this.#said.textContent = "An empty message has no byte to unmask. Type at least one.";
      this.#input.focus();
      return;
    }
    try {
      const frame = await this.#send(text);
      if (!this.#gone || this.#gone.signal.aborted) return;
      this.#said.textContent = "";
      const walk = new XorWalk(this.#gone.signal);
      this.#place.replaceChildren(walk.root);
      walk.show(frame);
    } catch (error) {
      this.#said.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * @param {string} value
   * @param {number} times
   */
  #thrice(value, times) {
    const choices = [
      { value: 0, text: "none" },
      ...Array.from({ length: times - 1 }, (_, i) => ({ value: i + 2, text: i + 2 === times ? `all ${times}` : String(i + 2) })),
    ];
    const question = el("p", {}, el("strong", {}, `Send “${value}” ${times === 3 ? "three times" : `${times} times`}.`), " The same text each time: how many of the payloads will be equal on the wire?");
    const prediction = new Prediction({ question, choices, go: "Predict and send", skip: "Show me" }, () => void this.#compare(prediction, value, times));
    return el("section", { class: "again", "aria-label": "The same text several times" }, prediction.root, this.#keys);
  }

  /**
   * @param {Prediction} prediction
   * @param {string} value
   * @param {number} times
   */
  async #compare(prediction, value, times) {
    try {
      /** @type {Frame[]} */
      const frames = [];
      for (let i = 0; i < times; i++) frames.push(await this.#send(value));
      this.#keys.replaceChildren(keyTable(frames));
      const equal = frames.filter((f) => frames.some((g) => g !== f && g.payload === f.payload)).length;
      const keys = new Set(frames.map((f) => f.maskingKey)).size;
      prediction.judge(equal, `${plural(times, "frame")}, ${plural(keys, "different key")}: the browser draws a fresh one for each frame.`);
    } catch (error) {
      prediction.wait(error instanceof Error ? error.message : String(error));
    }
  }
}

/** @param {Frame[]} frames */
function keyTable(frames) {
  const head = ["", "masking key", "payload on the wire", "unmasked"].map((name, i) => el(i === 0 ? "td" : "th", i === 0 ? {} : { scope: "col" }, name));
  const rows = frames.map((f, i) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, String(i + 1)),
      el("td", { class: "t-key" }, spaced(f.maskingKey ?? "")),
      el("td", {}, spaced(f.payload)),
      el("td", { class: "t-pay" }, `${spaced(f.unmasked ?? "")} “${f.text ?? ""}”`),
    ),
  );
  return el("table", { class: "keytable" }, el("caption", { class: "visually-hidden" }, "The frames as they crossed the wire"), el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
}
