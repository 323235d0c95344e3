// <wu-class-new>: makes a class with the secret of the presenter's link, /present#SECRET, or goes on with
// one that this browser drives.
import { dropTokens, driven, keepTokens } from "./class-code.js";
import { button, el, freshId, write } from "./dom.js";
import { keeps } from "./storage.js";

export class WuClassNew extends HTMLElement {
  static define(tag = "wu-class-new", registry = customElements) {
    registry.define(tag, this);
  }

  #secret = "";
  #said = el("p", { class: "said", role: "status" });
  #input = el("input", { type: "password", id: freshId("secret"), autocomplete: "off", required: true });

  connectedCallback() {
    this.#secret = decodeURIComponent(location.hash.slice(1));
    // No history and no picture of the screen keeps it.
    if (location.hash !== "") history.replaceState(null, "", location.pathname);
    void this.#begin();
  }

  async #begin() {
    const mine = await standing();
    if (mine.length === 0 && this.#secret !== "") await this.#make();
    else this.#offer(mine);
  }

  /** @param {{ code: string, at: number }[]} mine */
  #offer(mine) {
    const list = mine.map(({ code, at }) => el("li", {}, el("code", { class: "code" }, code), ` since ${new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })} `, el("a", { class: "btn primary", href: `/classes/${code}/present` }, "Go on"), " ", el("a", { class: "btn", href: `/classes/${code}/screen` }, "Its screen")));
    this.replaceChildren(
      ...(list.length > 0 ? [el("h2", {}, "This browser drives"), el("ul", { class: "driven" }, ...list)] : []),
      el("h2", {}, "A new class"),
      this.#secret === "" ? this.#form() : el("p", {}, button("Begin a new class", () => void this.#make(), { class: "btn" })),
      this.#said,
    );
  }

  #form() {
    const form = el("form", { class: "join" },
      el("p", {}, "wireup prints the presenter’s link when it starts: open that, or type what stands behind its # sign."),
      el("label", { for: this.#input.id }, "The presenter’s secret"),
      el("div", { class: "join-line" }, this.#input, el("button", { type: "submit", class: "btn primary" }, "Begin a class")));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.#secret = this.#input.value.trim().replace(/^.*#/, "");
      void this.#make();
    });
    return form;
  }

  async #make() {
    try {
      const response = await fetch("/classes", { method: "POST", headers: { Authorization: `Bearer ${this.#secret}` } });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.error);
      const { code, owner, screen } = answer;
      keepTokens(code, { owner, screen });
      location.replace(`/classes/${code}/present${keeps() ? "" : `#${owner}`}`);
    } catch (error) {
      this.#secret = "";
      this.#offer([]);
      write(this.#said, error instanceof TypeError ? "The server does not answer. Is it running?" : error instanceof Error ? error.message : String(error));
    }
  }
}

/** standing are the classes that this browser drives and that the server still has. */
async function standing() {
  const mine = Object.entries(driven()).filter(([, { owner, driver }]) => (owner ?? driver) !== undefined).map(([code, { at }]) => ({ code, at }));
  const there = await Promise.all(mine.map(async ({ code }) => {
    try {
      const { status } = await fetch(`/classes/${code}`, { method: "HEAD" });
      if (status === 404) dropTokens(code);
      return status === 200;
    } catch {
      return false;
    }
  }));
  return mine.filter((_, i) => there[i]);
}
