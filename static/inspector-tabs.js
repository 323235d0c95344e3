// The inspector's tabs: the whole wire, and each of its connections.
import { el, freshId } from "./dom.js";
import { arrows, rove } from "./roving.js";

/** @import { Connection } from "./connections.js" */

const KIND = "WebSocket "; // stands on a tab where there is room for it

export class Tabs {
  root = el("div", { class: "tabs", role: "tablist", "aria-label": "Connections" });
  #choose;
  #mark;
  /** @type {number | undefined} */
  #chosen;
  /** @type {Map<number | undefined, HTMLElement>} */
  #tabs = new Map();
  #panel = freshId("panel");

  /**
   * @param {(conn: number | undefined) => void} choose
   * @param {HTMLElement} panel that the tabs change
   * @param {AbortSignal} signal
   * @param {string} [mark] a word before each name
   */
  constructor(choose, panel, signal, mark = "") {
    this.#choose = choose;
    this.#mark = mark === "" ? "" : `${mark} `;
    panel.id = this.#panel;
    panel.setAttribute("role", "tabpanel");
    this.#tab(undefined, `${this.#mark}All`, `${this.#mark}all connections`);
    this.root.addEventListener("click", (e) => this.#press(e.target), { signal });
    arrows(this.root, () => [...this.#tabs.values()], signal, { down: 0, wrap: true, went: (i) => this.#press([...this.#tabs.values()][i] ?? null) });
    this.update(new Map(), undefined);
  }

  /**
   * update draws the tabs of what is there; a new connection's tab comes into sight.
   * @param {Map<number, Connection>} conns
   * @param {number | undefined} chosen
   */
  update(conns, chosen) {
    for (const [number, tab] of this.#tabs) {
      if (number !== undefined && !conns.has(number)) {
        tab.remove();
        this.#tabs.delete(number);
      }
    }
    let fresh;
    for (const conn of conns.values()) {
      const name = `${this.#mark}#${conn.number} ${conn.name}`;
      const tab = this.#tabs.get(conn.number) ?? (fresh = this.#tab(conn.number, name, name));
      label(tab, conn, name);
    }
    if (chosen !== this.#chosen || fresh || !this.root.querySelector('[tabindex="0"]')) {
      this.#chosen = chosen;
      rove(this.#tabs.values(), this.#tabs.get(chosen));
      for (const [number, tab] of this.#tabs) tab.setAttribute("aria-selected", String(number === chosen));
    }
    const busy = this.root.contains(document.activeElement) || this.root.matches(":hover");
    if (fresh && !busy) this.root.scrollLeft = chosen === undefined ? this.root.scrollWidth : this.root.scrollLeft;
  }

  /**
   * @param {number | undefined} number
   * @param {string} text
   * @param {string} words
   */
  #tab(number, text, words) {
    const tab = el("button", { type: "button", class: "tab", role: "tab", "aria-controls": this.#panel, "aria-label": words, "data-conn": number ?? "" }, text);
    this.#tabs.set(number, tab);
    this.root.append(tab);
    return tab;
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const tab = target instanceof Element ? target.closest(".tab") : null;
    if (!(tab instanceof HTMLElement)) return;
    const conn = tab.dataset["conn"];
    this.#choose(conn ? Number(conn) : undefined);
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

/**
 * label writes a connection's state on its tab.
 * @param {HTMLElement} tab
 * @param {Connection} conn
 * @param {string} name
 */
function label(tab, conn, name) {
  const foreign = conn.driver !== "page" ? conn.driver : "";
  const key = `${name}|${foreign}|${conn.open}`;
  if (tab.dataset["key"] === key) return;
  tab.dataset["key"] = key;
  tab.classList.toggle("closed", !conn.open);
  tab.setAttribute("aria-label", [name, foreign && `driven by ${foreign}`, !conn.open && "closed"].filter(Boolean).join(", "));
  const [before, after] = name.split(KIND);
  const text = after === undefined ? name : el("span", {}, before ?? "", el("span", { class: "kind" }, KIND), after);
  tab.replaceChildren(text, ...(foreign ? [el("span", { class: "driver" }, foreign)] : []));
}
