// <wu-theme>: the button that goes through the themes; the key p switches the projector's on and
// off. theme.js has put the kept one on the page before this runs.
import { el, plain, typing } from "./dom.js";
import { keep, recall } from "./storage.js";

const THEMES = ["light", "dark", "projector", "auto"];
const KEY = "wireup.theme";

export class WuTheme extends HTMLElement {
  static define(tag = "wu-theme", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  #before = "auto"; // the theme that p returns to

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const button = this.querySelector("button") ?? this.appendChild(document.createElement("button"));
    button.type = "button";
    button.classList.add("btn");
    button.hidden = false;
    button.title = "Press p for the projector";
    button.setAttribute("aria-keyshortcuts", "p");
    button.addEventListener("click", () => this.#set(THEMES[(THEMES.indexOf(this.#now()) + 1) % THEMES.length] ?? "auto"), { signal });
    document.addEventListener(
      "keydown",
      (e) => {
        if (e.key.toLowerCase() !== "p" || e.shiftKey || !plain(e) || typing(e) || e.defaultPrevented || e.repeat) return;
        this.#set(this.#now() === "projector" ? this.#before : "projector");
      },
      { signal },
    );
    // Another tab of the reader's changes this one too.
    addEventListener("storage", (e) => e.key === KEY && this.#show(recall(KEY) ?? "auto"), { signal });
    this.#show(this.#now());
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #now() {
    return document.documentElement.dataset["theme"] ?? "auto";
  }

  /** @param {string} theme */
  #set(theme) {
    if (theme === "projector") this.#before = this.#now();
    keep(KEY, theme);
    this.#show(theme);
  }

  /** @param {string} theme */
  #show(theme) {
    const known = THEMES.includes(theme) ? theme : "auto";
    document.documentElement.dataset["theme"] = known;
    const button = this.querySelector("button");
    button?.replaceChildren(el("span", { class: "roomy" }, "Theme: "), known);
  }
}
