// The room's questions: the open ones first, those with most votes on top. Somebody may vote them up, or
// the driver answers them.
import { button, el, write } from "./dom.js";
import { plural } from "./format.js";

/** @import { Question } from "./class-types.js" */

/**
 * inOrder sorts questions: open before answered, then by votes, then by age.
 * @param {Question[]} questions
 */
export function inOrder(questions) {
  return [...questions].sort((a, b) => Number(a.answered) - Number(b.answered) || b.votes - a.votes || a.id - b.id);
}

/** @typedef {{ name: string, does: (id: number) => void, fits?: (q: Question) => boolean }} Deed */

export class QuestionList {
  root = el("ul", { class: "questions" });
  #up;
  #deeds;
  #none;
  /** @type {Map<number, { item: HTMLElement, up: HTMLElement, text: HTMLElement, buttons: HTMLButtonElement[] }>} */
  #items = new Map();

  /** @param {{ up?: (id: number) => void, deeds?: Deed[], none?: string }} [ways] what can be done with a question */
  constructor({ up, deeds = [], none = "No questions yet." } = {}) {
    this.#up = up;
    this.#deeds = deeds;
    this.#none = el("li", { class: "muted none" }, none);
  }

  /**
   * @param {Question[]} questions
   * @param {Set<number>} [mine] those that this page has voted for
   */
  update(questions, mine = new Set()) {
    const sorted = inOrder(questions);
    for (const [id, { item }] of this.#items) {
      if (sorted.some((q) => q.id === id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    if (sorted.length === 0) this.root.replaceChildren(this.#none);
    else this.#none.remove();
    sorted.forEach((q, i) => {
      const made = this.#items.get(q.id) ?? this.#make(q);
      this.#items.set(q.id, made);
      // An item that has the focus is moved only if it must be.
      if (this.root.children[i] !== made.item) this.root.insertBefore(made.item, this.root.children[i] ?? null);
      write(made.text, q.text);
      made.item.classList.toggle("answered", q.answered);
      const voted = mine.has(q.id);
      write(made.up, `${this.#up ? "▲ " : ""}${q.votes}`);
      made.up.setAttribute("aria-label", `${plural(q.votes, "vote")}${this.#up ? (voted ? ", one of them yours" : ": vote for it, too") : ""}`);
      if (this.#up) made.up.setAttribute("aria-pressed", String(voted));
      this.#deeds.forEach((deed, at) => {
        const node = made.buttons[at];
        if (node) node.hidden = deed.fits !== undefined && !deed.fits(q);
      });
    });
  }

  /** @param {Question} q */
  #make(q) {
    const { id } = q;
    const vote = this.#up;
    const up = vote ? button("", () => vote(id), { class: "btn class-up" }) : el("span", { class: "class-up", role: "img" });
    const text = el("span", { class: "class-text" });
    const buttons = this.#deeds.map((deed) => button(deed.name, () => deed.does(id), { class: "btn small" }));
    return { item: el("li", {}, up, text, el("span", { class: "answered-sign" }, "✓ answered"), ...buttons), up, text, buttons };
  }
}
