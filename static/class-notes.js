// Speaker notes, in a size of their own. They come with the presenter's token alone.
import { page } from "./class-article.js";
import { button, el, write } from "./dom.js";
import { keep, recall } from "./storage.js";

/** @import { Place } from "./deck.js" */

const KEY = "wireup.notes-size";
const SIZES = [0.9, 1, 1.15, 1.3, 1.5, 1.75, 2, 2.4, 2.8];

export class Notes {
  root = el("section", { class: "notes", "aria-label": "Notes" });
  #body = el("div", { class: "notes-body prose", tabindex: "0" });
  #size = SIZES.includes(Number(recall(KEY))) ? Number(recall(KEY)) : 1.15;
  /** @type {Document | undefined} */
  #all;
  #key = "";
  #fault = "";
  #phone = el("div", { class: "phone-link", role: "status" });

  constructor() {
    this.root.append(
      el("p", { class: "notes-tools", role: "group", "aria-label": "Size of the notes" },
        button("A−", () => this.#resize(-1), { class: "btn small", "aria-label": "Smaller notes" }),
        button("A+", () => this.#resize(1), { class: "btn small", "aria-label": "Larger notes" }),
      ),
      this.#body,
    );
    this.#resize(0);
  }

  /** @param {Node} node */
  addTool(node) {
    this.root.firstElementChild?.append(" ", node);
  }

  /**
   * toPhone shows the link that takes the notes to a phone, or puts it away. Whoever has it drives.
   * @param {string} code
   * @param {string} token
   */
  async toPhone(code, token) {
    if (this.#phone.isConnected) {
      this.#phone.remove();
      return;
    }
    this.#phone.replaceChildren(el("p", {}, "Point your phone’s camera at it. Whoever has this link drives: put it away before anybody else sees it."));
    this.#body.before(this.#phone);
    try {
      const drawn = await page(`/classes/${code}/phone.svg?scheme=${location.protocol.slice(0, -1)}`, token);
      this.#phone.append(document.importNode(drawn.documentElement, true));
    } catch (error) {
      this.#phone.append(el("p", {}, error instanceof Error ? error.message : String(error)));
    }
  }

  /**
   * load asks for the notes of the whole course.
   * @param {string} code
   * @param {string} token
   */
  async load(code, token) {
    if (this.#all) return;
    try {
      this.#all = await page(`/classes/${code}/notes?as=html`, token);
      this.#fault = "";
    } catch (error) {
      this.#fault = `The notes did not come. ${error instanceof Error ? error.message : String(error)}`;
    }
    const key = this.#key;
    this.#key = "";
    this.#turn(key);
  }

  /** @param {Place} at */
  update({ lesson, slide }) {
    this.#turn(`${lesson}/${slide}`);
  }

  /** @param {string} key */
  #turn(key) {
    if (key === this.#key || key === "") return;
    this.#key = key;
    if (this.#all === undefined) {
      write(this.#body, this.#fault || "The notes are coming.");
      return;
    }
    const found = this.#all.querySelector(`[data-slide="${CSS.escape(key)}"]`);
    const nodes = [...(found?.childNodes ?? [])].map((node) => document.importNode(node, true));
    this.#body.replaceChildren(...(nodes.length > 0 ? nodes : [el("p", { class: "muted" }, "No notes for this slide.")]));
    this.#body.scrollTop = 0;
  }

  /** @param {number} by */
  #resize(by) {
    const at = Math.min(SIZES.length - 1, Math.max(0, SIZES.indexOf(this.#size) + by));
    this.#size = SIZES[at] ?? 1;
    this.#body.style.fontSize = `${this.#size}rem`;
    if (by !== 0) keep(KEY, String(this.#size));
  }
}
