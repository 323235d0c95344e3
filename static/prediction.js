// A guess, and the measured value beside it: the wrong guess stays where it was made.
import { button, el, freshId } from "./dom.js";
import { plural } from "./format.js";

/** @typedef {{ value: number, text: string }} Choice */

/**
 * Prediction asks for a number, or a choice, and later stands beside the truth.
 */
export class Prediction {
  root;
  /** @type {number | undefined} */
  guess;
  #name = freshId("guess");
  #unit;
  #choices;
  /** @type {HTMLInputElement | undefined} */
  #input;
  #answer = el("p", { class: "answer", role: "status" });
  #form;

  /**
   * @param {{ question?: Node | string, unit?: string, choices?: Choice[], go: string, skip: string }} words
   * @param {() => void} run is called when the reader has guessed, or skips
   */
  constructor({ question, unit = "", choices, go, skip }, run) {
    this.#unit = unit;
    this.#choices = choices;
    this.#form = el("form", { class: "guess", novalidate: true });
    this.#form.append(...this.#fields());
    this.#form.append(
      el("button", { type: "submit", class: "btn primary" }, go),
      button(skip, () => {
        this.guess = undefined;
        run();
      }, { class: "btn quiet" }),
    );
    this.#form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.guess = this.#read();
      if (this.guess === undefined) this.#complain();
      else run();
    });
    this.root = el("div", { class: "prediction" }, question, this.#form, this.#answer);
  }

  #fields() {
    if (this.#choices) {
      const group = el("fieldset", { class: "choices" }, el("legend", { class: "visually-hidden" }, "Your guess"));
      for (const { value, text } of this.#choices) {
        group.append(el("label", {}, el("input", { type: "radio", name: this.#name, value }), ` ${text}`));
      }
      return [group];
    }
    this.#input = el("input", { type: "text", inputmode: "numeric", id: this.#name, size: 8, autocomplete: "off" });
    return [el("label", { for: this.#name }, "Your guess"), this.#input, el("span", { class: "unit" }, this.#unit)];
  }

  #read() {
    if (this.#input) {
      const digits = this.#input.value.replace(/[\s\u202f.,']/g, "");
      return /^\d+$/.test(digits) ? Number(digits) : undefined;
    }
    const chosen = this.#form.querySelector("input:checked");
    return chosen instanceof HTMLInputElement ? Number(chosen.value) : undefined;
  }

  #complain() {
    this.#say(this.#input ? "A guess is a whole number. If you'd rather not, press the button beside." : "Choose one, or press the button beside.");
    (this.#input ?? this.#form.querySelector("input"))?.focus();
  }

  /** @param {...(Node | string)} words */
  #say(...words) {
    this.#answer.replaceChildren(...words);
  }

  /** @param {string} text */
  wait(text) {
    this.#say(text);
  }

  /**
   * judge leaves the guess standing beside the truth.
   * @param {number} truth
   * @param {string} why where the true value comes from
   * @param {string} [how] the truth was come by, if it was not measured
   */
  judge(truth, why, how = "measured") {
    const { guess } = this;
    const right = guess === truth;
    const words = (/** @type {number} */ n) => this.#choices?.find((c) => c.value === n)?.text ?? (this.#unit === "bytes" ? plural(n, "byte") : `${n} ${this.#unit}`);
    const facts = el("span", { class: "facts" });
    if (guess !== undefined) {
      facts.append(
        el("span", { class: `fact ${right ? "right" : "wrong"}` }, el("span", { class: "name" }, "you said"), el("b", {}, words(guess)), el("span", { class: "tick" }, right ? "✓ right" : "✗ not so")),
      );
    }
    facts.append(el("span", { class: "fact truth" }, el("span", { class: "name" }, how), el("b", {}, words(truth))));
    this.#say(facts, el("span", { class: "because" }, why));
  }
}
