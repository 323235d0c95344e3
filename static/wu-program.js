// <wu-program>: a sample program in a lesson, with a button that copies all of it.
import { copy } from "./copy.js";
import { button, el } from "./dom.js";

export class WuProgram extends HTMLElement {
  static define(tag = "wu-program", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {HTMLElement | undefined} */
  #bar;

  connectedCallback() {
    const code = this.querySelector("pre");
    const name = this.querySelector("figcaption strong");
    if (code === null || name === null) return;
    const said = el("span", { class: "said", role: "status" });
    const press = async () => {
      said.textContent = await copy(code);
    };
    this.#bar = el("span", { class: "program-bar" }, said, button("Copy", () => void press(), { class: "btn small", "aria-label": `Copy ${name.textContent}` }));
    name.after(this.#bar);
  }

  disconnectedCallback() {
    this.#bar?.remove();
  }
}
