// <wu-terminal line="websocat 'ws://{host}/echo?wire={wire}'">: the line to paste into a terminal,
// with this page's address and wire in place, and a button that copies it. Several <pre data-tool
// data-line> inside become tabs. Placeholders: {host} {hostname} {port} {origin} {wsorigin} {wire},
// and {word}, which is the attribute word, or else that of the exercise that the reader is at.
import { copy as copyOut } from "./copy.js";
import { button, el, freshId, write } from "./dom.js";
import { fillLine } from "./fill-line.js";
import { labWord, onWord } from "./lab-word.js";
import { arrows, rove } from "./roving.js";
import { keep, recall } from "./storage.js";
import { wireId } from "./wire-id.js";

const KEY = "wireup.tool";

export class WuTerminal extends HTMLElement {
  static define(tag = "wu-terminal", registry = customElements) {
    registry.define(tag, this);
  }

  static observedAttributes = ["word"];

  /** @type {AbortController | undefined} */
  #gone;
  #said = el("span", { class: "said", role: "status" });
  /** @type {HTMLElement | undefined} */
  #row;

  connectedCallback() {
    this.#gone = new AbortController();
    const pres = [...this.querySelectorAll("pre.line")].filter((pre) => pre instanceof HTMLElement);
    this.#fill();
    onWord(() => this.#fill(), this.#gone.signal);
    const copy = button("Copy", async () => {
      const pre = pres.find((p) => !p.hidden);
      if (pre) this.#said.textContent = await copyOut(pre);
    }, { class: "btn small" });
    this.#row = el("div", { class: "terminal-bar" }, ...(pres.length > 1 ? [this.#tabs(pres)] : []), copy, this.#said);
    if (pres.length > 1) this.prepend(this.#row);
    else pres[0]?.after(this.#row);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#fill();
  }

  #fill() {
    const word = this.getAttribute("word") ?? labWord(document.querySelector("main[data-lesson]")?.getAttribute("data-lesson") ?? "");
    const page = { host: location.host, origin: location.origin, wire: wireId(), word };
    for (const pre of this.querySelectorAll("pre.line")) {
      const line = pre.getAttribute("data-line") ?? this.getAttribute("line");
      if (line) write(pre.querySelector("code") ?? pre, fillLine(line, page));
    }
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#row?.remove();
  }

  /** @param {HTMLElement[]} pres */
  #tabs(pres) {
    const list = el("div", { class: "tabs", role: "tablist", "aria-label": "Tools" });
    const tabs = pres.map((pre) => {
      pre.id ||= freshId("tool");
      pre.setAttribute("role", "tabpanel");
      return el("button", { type: "button", class: "tab", role: "tab", "aria-controls": pre.id }, pre.dataset["tool"] ?? "");
    });
    const choose = (/** @type {number} */ at) => {
      tabs.forEach((tab, i) => tab.setAttribute("aria-selected", String(i === at)));
      pres.forEach((pre, i) => (pre.hidden = i !== at));
      pres[at]?.setAttribute("aria-label", tabs[at]?.textContent ?? "");
      rove(tabs, tabs[at]);
      keep(KEY, tabs[at]?.textContent ?? "");
    };
    list.append(...tabs);
    const signal = this.#gone?.signal ?? new AbortController().signal;
    list.addEventListener("click", (e) => {
      const at = tabs.findIndex((tab) => tab === e.target);
      if (at >= 0) choose(at);
    }, { signal });
    arrows(list, () => tabs, signal, { down: 0, wrap: true, went: choose });
    choose(Math.max(0, tabs.findIndex((tab) => tab.textContent === recall(KEY))));
    return list;
  }
}
