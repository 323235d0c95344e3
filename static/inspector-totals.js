// The sums above the rows: bytes up and down, how much of them is overhead, and the same as requests.
import { el, write } from "./dom.js";
import { bytes, plural, share } from "./format.js";

/** @import { Model } from "./model.js" */

export class TotalsLine {
  root = el("p", { class: "totals" });
  #up = el("b", { class: "t-up" });
  #down = el("b", { class: "t-down" });
  #share = el("span", { class: "share" });
  #as = el("button", { type: "button", class: "as", hidden: true });

  constructor() {
    this.root.append(this.#up, " ", this.#down, this.#share, this.#as);
  }

  /** @param {Model} model */
  update(model) {
    const { up, down } = model.totals;
    const size = up.size + down.size;
    this.root.hidden = size === 0;
    put(this.#up, `↑ ${bytes(up.size)}`, "up");
    put(this.#down, `↓ ${bytes(down.size)}`, "down");
    const overhead = share(up.overhead + down.overhead, size);
    write(this.#share, ` · ${overhead} overhead`);
    const as = model.asRequests;
    this.#as.hidden = as === undefined;
    if (as === undefined) return;
    write(this.#as, `${plural(as.messages, "message")} up as HTTP: ${bytes(as.size)}`);
    this.#as.dataset["tip"] =
      `${plural(as.messages, "message")} went up over WebSocket, ${bytes(as.size - as.messages * as.head)} of payload. ` +
      `Each as an HTTP request of its own would have carried a head like the last one that your browser sent on this wire: ${bytes(as.head)}, measured.`;
  }
}

/**
 * @param {HTMLElement} node
 * @param {string} text
 * @param {string} way
 */
function put(node, text, way) {
  if (node.textContent === text) return;
  node.textContent = text;
  node.setAttribute("aria-label", `${text.slice(2)} ${way}`);
  node.setAttribute("role", "img");
}
