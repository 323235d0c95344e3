// <wu-capture-save>: something to capture, the reader's wire as a file, and the filter to type.
import { copy } from "./copy.js";
import { button, el, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { pageFeed } from "./feed.js";
import { plural } from "./format.js";
import { saveLinks } from "./save-links.js";

/** @import { Item } from "./event-types.js" */

const FILTER = "http or websocket";

export class WuCaptureSave extends HTMLElement {
  static define(tag = "wu-capture-save", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {EchoSocket | undefined} */
  #echo;
  #filter = el("code", { class: "capture-filter", tabindex: "0" }, FILTER);
  #said = el("p", { class: "said", role: "status" });
  #held = el("p", { class: "capture-held" });
  #conns = new Set();
  #frames = 0;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.replaceChildren(
      el("h3", {}, "your wire, as a file"),
      el("div", { class: "lab-buttons" }, button("Say Spang", () => this.#talk(), { class: "btn primary" }), this.#held, saveLinks()),
      el("p", {}, "In Wireshark, type this display filter: ", this.#filter, " ", button("Copy", async () => write(this.#said, await copy(this.#filter)), { class: "btn small" })),
      this.#said,
    );
    const feed = pageFeed();
    feed.addEventListener("items", (e) => this.#count(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => {
      this.#conns.clear();
      this.#frames = 0;
      this.#show();
    }, { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#echo?.drop();
  }

  /** @param {Item[]} items */
  #count(items) {
    for (const item of items) {
      if (item.kind === "lost") continue;
      this.#conns.add(item.conn);
      if (item.kind === "frame") this.#frames++;
    }
    this.#show();
  }

  #show() {
    const { size } = this.#conns;
    write(this.#held, size === 0 ? "Nothing has crossed your wire yet." : `Your wire holds ${plural(size, "connection")} and ${plural(this.#frames, "frame")}.`);
  }

  /** talk opens a socket, greets, and says goodbye at the echo. */
  #talk() {
    this.#echo?.drop();
    const echo = new EchoSocket(this, { breakdown: "off" });
    this.#echo = echo;
    write(this.#said, "");
    echo.addEventListener("state", () => {
      if (echo.state === "open") echo.send("Spang");
      else if (echo.state === "closed" && !echo.everOpen) write(this.#said, "The server does not answer. Reload the page once it is there again.");
    });
    echo.addEventListener("message", () => echo.close(1000), { once: true });
  }
}
