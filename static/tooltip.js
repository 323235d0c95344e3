// One tooltip for everything inside an element that has data-tip: on hover, focus and press.
import { el, freshId } from "./dom.js";

const LINGER = 160; // milliseconds in which the pointer may move onto the tooltip

/**
 * Tooltip says what data-tip holds. Escape dismisses it, and the pointer may rest on it.
 */
export class Tooltip {
  #tip = el("div", { class: "tip", role: "tooltip", popover: "manual", id: freshId("tip") });
  /** @type {HTMLElement | undefined} */
  #owner;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} root
   * @param {AbortSignal} signal
   */
  constructor(root, signal) {
    root.append(this.#tip);
    const options = { signal };
    root.addEventListener("pointerover", (e) => e.pointerType !== "touch" && this.#over(e.target), options);
    root.addEventListener("pointerout", () => this.#leave(), options);
    root.addEventListener("focusin", (e) => this.#focus(e.target), options);
    root.addEventListener("focusout", () => this.hide(), options);
    root.addEventListener("click", (e) => this.#over(e.target), options);
    root.addEventListener("scroll", () => this.hide(), { signal, capture: true, passive: true });
    document.addEventListener(
      "keydown",
      (e) => {
        if (e.key !== "Escape" || this.#owner === undefined) return;
        this.hide();
        e.stopPropagation();
      },
      { signal, capture: true },
    );
    signal.addEventListener("abort", () => this.#tip.remove());
  }

  /** @param {EventTarget | null} target */
  #over(target) {
    if (!(target instanceof Element)) return;
    if (this.#tip.contains(target)) return clearTimeout(this.#timer);
    const owner = target.closest("[data-tip]");
    if (owner instanceof HTMLElement && owner.dataset["tip"]) this.#show(owner, owner.dataset["tip"]);
  }

  /** @param {EventTarget | null} target */
  #focus(target) {
    if (target instanceof HTMLElement && target.matches("[data-tip]:focus-visible")) this.#over(target);
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LINGER);
  }

  hide() {
    clearTimeout(this.#timer);
    if (this.#owner === undefined) return;
    this.#owner.removeAttribute("aria-describedby");
    this.#owner = undefined;
    this.#tip.hidePopover();
  }

  /**
   * @param {HTMLElement} owner
   * @param {string} text
   */
  #show(owner, text) {
    clearTimeout(this.#timer);
    if (this.#owner === owner) return;
    this.hide();
    this.#owner = owner;
    this.#tip.textContent = text;
    owner.setAttribute("aria-describedby", this.#tip.id);
    this.#tip.showPopover();
    this.#place(owner);
  }

  /** @param {HTMLElement} owner */
  #place(owner) {
    const at = owner.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height, style } = this.#tip;
    const left = Math.max(8, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 8));
    const above = at.top - height - 6;
    style.left = `${left}px`;
    style.top = `${above >= 8 ? above : at.bottom + 6}px`;
  }
}
