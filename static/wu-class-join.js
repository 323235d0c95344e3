// <wu-class-join>: the field for a class's code. It leads to the class, or says what is wrong with the code.
import { codeFault, codeIn } from "./class-code.js";
import { write } from "./dom.js";

export class WuClassJoin extends HTMLElement {
  static define(tag = "wu-class-join", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;

  connectedCallback() {
    this.#gone = new AbortController();
    const form = this.querySelector("form");
    form?.addEventListener("submit", (e) => this.#submit(e), { signal: this.#gone.signal });
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const input = this.querySelector("input");
    const code = codeIn(input?.value ?? "");
    if (code !== undefined) {
      location.assign(`/classes/${code}`);
      return;
    }
    write(this.querySelector(".said") ?? undefined, codeFault(input?.value ?? ""));
    input?.setAttribute("aria-invalid", "true");
    input?.focus();
  }
}
