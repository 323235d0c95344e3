// The game's map: a dot for everybody, told apart by shape: yours a square in a ring, readers filled,
// bots hollow. Names and lines come from strangers and go in as text.
import { el, svg, write } from "./dom.js";
import { plural } from "./format.js";

const SIDE = 256;
const NAMED = 40; // players up to which names stand beside the dots
const TOLD = 60; // of them that the words below name
const LINE = 6000; // milliseconds that a line stands

/** @typedef {{ id: number, kind: number, name: string, x: number, y: number, group: SVGGElement, label: SVGTextElement }} Dot */

/** GameMap draws what it is told. Events: "go" {detail: {x, y}} when the reader points at a place. */
export class GameMap extends EventTarget {
  root = el("div", { class: "game" });
  picture = svg("svg", { class: "game-map", viewBox: `0 0 ${SIDE} ${SIDE}`, tabindex: "0", role: "application", "aria-label": "The map. Arrow keys move you; a click or a touch takes you there." });
  me = 0;
  here = 0;
  bots = 0; // of those who are here
  /** @type {Map<number, Dot>} */
  #dots = new Map();
  #ground = svg("g", { class: "grid", "aria-hidden": "true" });
  #layer = svg("g", {});
  #lines = el("div", { class: "game-lines", "aria-label": "What was said", role: "log" });
  #words = el("p", { class: "caption" });
  #frame = 0;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    for (let at = 32; at < SIDE; at += 32) this.#ground.append(svg("path", { d: `M${at} 0V${SIDE}M0 ${at}H${SIDE}` }));
    this.picture.append(this.#ground, this.#layer);
    const details = el("details", {}, el("summary", {}, "Who is where, in words"), this.#words);
    const key = el("p", { class: "caption" }, "You are the square in a ring, other readers are filled, bots are hollow. Click, touch, or use the arrow keys on the map.");
    this.root.append(this.picture, this.#lines, key, details);
    this.picture.addEventListener("click", (e) => this.#point(e), { signal });
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame));
  }

  /** @param {MouseEvent} e */
  #point(e) {
    const box = this.picture.getBoundingClientRect();
    const place = (/** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ size) => Math.min(SIDE - 1, Math.max(0, Math.floor(((at - from) / size) * SIDE)));
    this.dispatchEvent(new CustomEvent("go", { detail: { x: place(e.clientX, box.left, box.width), y: place(e.clientY, box.top, box.height) } }));
  }

  /** clear empties the map. */
  clear() {
    this.#dots.clear();
    this.bots = 0;
    this.#layer.replaceChildren();
    this.me = 0;
    this.#soon();
  }

  /**
   * settle begins anew, with the reader's number kept: a snapshot follows.
   */
  settle() {
    const { me } = this;
    this.clear();
    this.me = me;
  }

  /** where the reader stands; undefined while they don't */
  get place() {
    const dot = this.#dots.get(this.me);
    return dot && { x: dot.x, y: dot.y };
  }

  /**
   * @param {number} id
   * @param {number} kind
   * @param {number} x
   * @param {number} y
   * @param {string} name
   */
  spawn(id, kind, x, y, name) {
    this.leave(id);
    const mine = id === this.me;
    const shape = mine ? [svg("circle", { class: "ring", r: 7 }), svg("rect", { class: "mine", x: -3, y: -3, width: 6, height: 6 })] : [svg("circle", { class: kind === 2 ? "bot" : "reader", r: 3.2 })];
    const label = svg("text", { y: -8.5, "text-anchor": "middle" }, mine ? `${name} (you)` : name);
    const group = svg("g", { class: mine ? "dot me" : kind === 2 ? "dot walks" : "dot" }, ...shape, label);
    this.#dots.set(id, { id, kind, name, x, y, group, label });
    this.#layer.append(group);
    if (kind === 2) this.bots++;
    this.#soon();
  }

  /**
   * @param {number} id
   * @param {number} x
   * @param {number} y
   */
  move(id, x, y) {
    const dot = this.#dots.get(id);
    if (dot === undefined) return;
    dot.x = x;
    dot.y = y;
    this.#soon();
  }

  /** @param {number} id */
  leave(id) {
    const dot = this.#dots.get(id);
    if (dot?.kind === 2) this.bots--;
    dot?.group.remove();
    this.#dots.delete(id);
    this.#soon();
  }

  /**
   * @param {number} id
   * @param {string} line
   */
  say(id, line) {
    const item = el("p", {}, el("b", {}, this.#dots.get(id)?.name ?? "somebody"), ` ${line}`);
    this.#lines.append(item);
    while (this.#lines.children.length > 3) this.#lines.firstElementChild?.remove();
    setTimeout(() => item.remove(), LINE);
  }

  #soon() {
    this.here = this.#dots.size;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    this.picture.classList.toggle("crowded", this.#dots.size > NAMED);
    for (const { x, y, group, label } of this.#dots.values()) {
      group.setAttribute("transform", `translate(${x + 0.5} ${y + 0.5})`);
      label.setAttribute("y", y < 18 ? "13" : "-8.5");
      label.setAttribute("text-anchor", x < 30 ? "start" : x > SIDE - 30 ? "end" : "middle");
    }
    this.#tell();
  }

  #tell() {
    const mine = this.#dots.get(this.me);
    const others = [...this.#dots.values()].filter((d) => d !== mine);
    const { bots } = this;
    if (mine === undefined) {
      write(this.#words, "You are not on the map.");
      return;
    }
    const named = others.slice(0, TOLD).map((d) => `${d.name} at ${d.x}, ${d.y}`).join("; ");
    write(this.#words, `You stand at ${mine.x}, ${mine.y}. With you: ${plural(others.length - bots, "reader")} and ${plural(bots, "bot")}${named ? `: ${named}` : ""}.`);
  }
}
