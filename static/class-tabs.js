// The tabs at a presenter's side: notes, hands, questions, exercise, frames.
import { el, freshId, write } from "./dom.js";
import { arrows, rove } from "./roving.js";

export class DeskTabs {
  root = el("div", { class: "desk-tabs" });
  shown = "";
  #list = el("div", { class: "tabs", role: "tablist", "aria-label": "At your side" });
  /** @type {Map<string, { tab: HTMLButtonElement, n: HTMLElement, panel: HTMLElement }>} */
  #all = new Map();

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.root.append(this.#list);
    arrows(this.#list, () => this.#tabs(), signal, { down: 0, wrap: true, went: (i) => this.show([...this.#all.keys()][i] ?? "") });
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {...Node} children
   */
  add(name, title, ...children) {
    const id = freshId(name);
    const n = el("span", { class: "n" });
    const tab = el("button", { type: "button", class: "tab", role: "tab", id: `${id}-tab`, "aria-controls": id, "aria-selected": "false" }, title, n);
    tab.addEventListener("click", () => this.show(name));
    const panel = el("div", { class: `tab-panel of-${name}`, role: "tabpanel", id, "aria-labelledby": tab.id, hidden: true }, ...children);
    this.#all.set(name, { tab, n, panel });
    this.#list.append(tab);
    this.root.append(panel);
    if (this.shown === "") this.show(name);
  }

  /** @param {string} name */
  show(name) {
    this.shown = name;
    for (const [other, { tab, panel }] of this.#all) {
      panel.hidden = other !== name;
      tab.setAttribute("aria-selected", String(other === name));
    }
    rove(this.#tabs(), this.#all.get(name)?.tab);
    this.root.dispatchEvent(new Event("turn"));
  }

  /**
   * count puts a number on a tab.
   * @param {string} name
   * @param {number} n
   */
  count(name, n) {
    write(this.#all.get(name)?.n, n > 0 ? String(n) : "");
  }

  #tabs() {
    return [...this.#all.values()].map(({ tab }) => tab);
  }
}
