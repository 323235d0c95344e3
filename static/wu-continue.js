// <wu-continue>: offers to go on with the lesson that the reader opened last. The titles come from
// the page's own list of lessons: li[data-lesson] with a link.
import { el } from "./dom.js";
import { last, visited } from "./visits.js";

export class WuContinue extends HTMLElement {
  static define(tag = "wu-continue", registry = customElements) {
    registry.define(tag, this);
  }

  connectedCallback() {
    for (const id of visited()) lessonItem(id)?.classList.add("visited");
    const id = last();
    const link = id === null ? null : lessonItem(id)?.querySelector("a[href]");
    if (!(link instanceof HTMLAnchorElement)) return;
    this.replaceChildren(el("a", { class: "btn", href: link.getAttribute("href") ?? "" }, `Continue: ${link.textContent?.trim() ?? ""}`));
    this.hidden = false;
  }
}

/** @param {string} id */
function lessonItem(id) {
  return document.querySelector(`li[data-lesson="${CSS.escape(id)}"]`);
}
