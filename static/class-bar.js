// What stands on top of every page of a class: which one it is, how the line is, and words that pass.
import { button, el, write } from "./dom.js";
import { linkWords } from "./class-words.js";
import { enliven } from "./elements.js";

/** @import { Answer } from "./class-types.js" */
/** @import { ClassLine } from "./class-line.js" */

const PASSING = 6000; // milliseconds that a sentence stands

/**
 * linkLight shows how the line to the class is: in shape, colour and words.
 * @param {ClassLine} line
 * @param {AbortSignal} signal
 */
export function linkLight(line, signal) {
  const sign = el("span", { class: "class-sign", "aria-hidden": "true" });
  const text = el("span", { class: "class-text" });
  const root = el("p", { class: "link-light" }, sign, " ", text);
  const show = () => {
    const words = linkWords(line);
    root.dataset["is"] = words.is;
    write(sign, words.sign);
    write(text, words.text);
  };
  for (const name of ["state", "link", "welcome"]) line.addEventListener(name, show, { signal });
  show();
  return root;
}

/**
 * wireButton puts the page's own wire one tap away, and returns what shows it.
 * @param {AbortSignal} signal
 */
export function wireButton(signal) {
  const panel = document.getElementById("class-wire");
  /** @param {boolean} shown */
  const show = (shown) => {
    if (panel) panel.hidden = !shown;
    const kept = panel?.querySelector("template");
    if (kept && shown) { // what this page began without
      kept.replaceWith(document.importNode(kept.content, true));
      void enliven(panel ?? document);
    }
    node.setAttribute("aria-expanded", String(shown));
    document.documentElement.toggleAttribute("data-wire", shown);
  };
  const node = button("Your wire", () => show(panel?.hidden === true), { class: "btn", "aria-expanded": "false", "aria-controls": "class-wire" });
  document.querySelector(".bar .tools")?.prepend(node, " ");
  signal.addEventListener("abort", () => {
    show(false);
    node.remove();
  });
  return show;
}

/** Teller says a sentence, which passes by itself. */
export class Teller {
  root = el("p", { class: "class-told", role: "status" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {string} text */
  say(text) {
    clearTimeout(this.#timer);
    write(this.root, text);
    if (text !== "") this.#timer = setTimeout(() => write(this.root, ""), PASSING);
  }

  /**
   * of tells why something was refused, and says whether it was done.
   * @param {Promise<Answer>} answer
   * @param {string} [done] what to say if it was
   */
  async of(answer, done = "") {
    const { kind, error } = await answer;
    this.say(kind === "ok" ? done : (error ?? "That was refused."));
    return kind === "ok";
  }
}
