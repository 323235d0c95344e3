// The masking of one real frame, walked byte by byte: wire, key and plain always in sight.
import { button, el } from "./dom.js";
import { binary, characters, pair, parse, spaced } from "./hex.js";

/** @import { Frame } from "./event-types.js" */

const PACE = 1100; // milliseconds a byte, when it plays

export class XorWalk {
  root = el("div", { class: "walk" });
  #wire = new Uint8Array();
  #key = new Uint8Array(4);
  #plain = new Uint8Array();
  /** @type {string[]} */
  #chars = [];
  #at = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #playing;
  /** @type {HTMLElement[][]} */
  #columns = [];
  #note = el("p", { class: "muted whence" });
  #strip = el("div", { class: "strip", tabindex: "0", role: "group", "aria-label": "The frame's payload; arrow keys step from byte to byte, space plays" });
  #bits = el("table", { class: "bitxor" });
  #said = el("p", { class: "stepsaid", "aria-live": "polite" });
  #play = button("Play", () => this.#toggle(), { class: "btn small" });
  #back = button("‹ Back", () => this.#step(-1), { class: "btn small" });
  #next = button("Step ›", () => this.#step(1), { class: "btn small" });

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#strip.addEventListener("keydown", (e) => this.#keydown(e), { signal });
    this.#strip.addEventListener("click", (e) => this.#press(e.target), { signal });
    signal.addEventListener("abort", () => this.#stop());
    this.root.append(this.#note, this.#strip, el("div", { class: "steps" }, this.#back, this.#next, this.#play, this.#said), this.#bits);
  }

  /**
   * show takes a masked frame as the wire told it, and begins at its first byte.
   * @param {Frame} frame
   */
  show(frame) {
    this.#stop();
    this.#wire = parse(frame.payload);
    this.#key = parse(frame.maskingKey ?? "00000000");
    this.#plain = parse(frame.unmasked ?? "");
    this.#chars = characters(this.#plain);
    this.#at = 0;
    this.#draw(frame);
    this.#mark();
  }

  /** @param {Frame} frame */
  #draw(frame) {
    /** @type {[string, string, (i: number) => (Node | string)[]][]} */
    const rows = [
      ["on the wire", "", (i) => [pair(this.#wire[i] ?? 0)]],
      ["⊕ masking key", "t-key", (i) => [pair(this.#key[i % 4] ?? 0)]],
      ["= plain", "t-pay", (i) => [pair(this.#plain[i] ?? 0), el("span", { class: "char" }, this.#chars[i] ?? "")]],
    ];
    this.#columns = Array.from(this.#wire, () => []);
    const body = el("tbody");
    for (const [name, tone, cell] of rows) {
      const row = el("tr", { class: tone || undefined }, el("th", { scope: "row" }, name));
      this.#columns.forEach((column, i) => {
        const td = el("td", { "data-at": i }, ...cell(i));
        column.push(td);
        row.append(td);
      });
      body.append(row);
    }
    this.#note.replaceChildren("Your frame, from the wire: header ", el("code", {}, spaced(frame.header)), ", of which the key is ", el("code", { class: "t-key" }, spaced(frame.maskingKey ?? "")), ".");
    this.#strip.replaceChildren(el("table", { class: "masktable" }, body));
  }

  #mark() {
    const i = this.#at;
    this.#columns.forEach((column, k) => {
      for (const cell of column) {
        cell.classList.toggle("here", k === i);
        cell.classList.toggle("done", k < i);
      }
    });
    this.#columns[i]?.[0]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const [wire, key, plain] = [this.#wire[i] ?? 0, this.#key[i % 4] ?? 0, this.#plain[i] ?? 0];
    const char = this.#chars[i] ?? "";
    const last = this.#wire.length - 1;
    this.#said.textContent = `Byte ${i}: ${pair(wire)} ⊕ ${pair(key)} = ${pair(plain)}, ${this.#reading(i)}. The key's byte is number ${i} mod 4 = ${i % 4}.`;
    this.#bits.replaceChildren(
      el("caption", { class: "visually-hidden" }, "The same in bits: where the key has a 1, the bit flips"),
      el("tbody", {}, bitRow("on the wire", wire, pair(wire), "", 0), bitRow("⊕ key byte " + (i % 4), key, pair(key), "t-key", key), bitRow("= plain", plain, `${pair(plain)} ${char}`, "t-pay", key)),
    );
    this.#back.disabled = i === 0;
    this.#next.disabled = i === last;
  }

  /**
   * reading says what a plain byte stands for.
   * @param {number} i
   */
  #reading(i) {
    if (this.#chars[i]) return `“${this.#chars[i]}”`;
    const from = this.#chars.findLastIndex((char, k) => k < i && char !== "");
    return `which goes on with “${this.#chars[from] ?? ""}”`;
  }

  /** @param {number} by */
  #step(by) {
    const to = Math.max(0, Math.min(this.#wire.length - 1, this.#at + by));
    if (to === this.#at) return;
    this.#at = to;
    this.#mark();
  }

  #toggle() {
    if (this.#playing !== undefined) {
      this.#stop();
      return;
    }
    if (this.#at === this.#wire.length - 1) {
      this.#at = 0;
      this.#mark();
    }
    this.#play.textContent = "Stop";
    this.#playing = setInterval(() => {
      this.#step(1);
      if (this.#at >= this.#wire.length - 1) this.#stop();
    }, PACE);
  }

  #stop() {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#play.textContent = "Play";
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const cell = target instanceof Element ? target.closest("[data-at]") : null;
    if (!(cell instanceof HTMLElement)) return;
    this.#at = Number(cell.dataset["at"]);
    this.#mark();
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    /** @type {Record<string, () => void>} */
    const does = {
      ArrowRight: () => this.#step(1),
      ArrowLeft: () => this.#step(-1),
      Home: () => this.#step(-this.#wire.length),
      End: () => this.#step(this.#wire.length),
      " ": () => this.#toggle(),
    };
    const act = does[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}

/**
 * bitRow is a byte as eight bits; those under a 1 of the key are marked, for they flip.
 * @param {string} name
 * @param {number} byte
 * @param {string} words
 * @param {string} tone
 * @param {number} flips
 */
function bitRow(name, byte, words, tone, flips) {
  const row = el("tr", { class: tone || undefined }, el("th", { scope: "row" }, name), el("td", { class: "byte" }, words));
  [...binary(byte).replace(" ", "")].forEach((bit, i) => {
    row.append(el("td", { class: `b${(flips >> (7 - i)) & 1 ? " flip" : ""}${i === 4 ? " half" : ""}` }, bit));
  });
  return row;
}
