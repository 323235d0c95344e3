// A frame of somebody in the class, for all to see: its length and its bytes in hex; its text when the
// presenter shows it.
import { el, write } from "./dom.js";
import { bytes } from "./format.js";

/** @import { Spot } from "./class-types.js" */

const LINE = 16; // bytes
const LINES = 8;

/**
 * hexLines writes hex digits as bytes in lines, and how many bytes are left out.
 * @param {string} hex
 * @param {number} [most] bytes
 */
export function hexLines(hex, most = LINE * LINES) {
  const pairs = hex.slice(0, most * 2).match(/../g) ?? [];
  const lines = [];
  for (let i = 0; i < pairs.length; i += LINE) lines.push(pairs.slice(i, i + LINE).join(" "));
  return { lines, left: Math.max(0, hex.length / 2 - pairs.length) };
}

export class SpotView {
  root = el("section", { class: "spot", "aria-label": "A frame of the room" });
  #title = el("h2", {});
  #summary = el("p", { class: "spot-summary" });
  #hex = el("pre", { class: "spot-hex", tabindex: "0", "aria-label": "Its bytes in hex" });
  #text = el("p", { class: "spot-text" });

  constructor() {
    this.root.append(this.#title, this.#summary, this.#hex, this.#text);
  }

  /** @param {Spot} spot */
  update({ viewer, event, text }) {
    write(this.#title, `A frame of ${viewer}`);
    write(this.#summary, `${event.summary}: ${bytes(event.size)}, ${bytes(event.overhead)} of them header`);
    const { lines, left } = hexLines(event.bytes ?? "");
    const more = left > 0 || event.truncated ? "\n…" : "";
    write(this.#hex, lines.join("\n") + more);
    const said = text ? (event.frame?.text ?? event.frame?.inflated?.text) : undefined;
    this.#text.hidden = said === undefined;
    write(this.#text, said === undefined ? "" : `“${said}”`);
  }
}
