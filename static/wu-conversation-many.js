// <wu-conversation-many>: twenty sockets at once, each with its number, and the order in which
// their frames cross the wire.
import { changes } from "./conversation-sums.js";
import { button, el, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { plural } from "./format.js";
import { parse, utf8 } from "./hex.js";

/** @import { WireEvent } from "./event-types.js" */

const BATCH = 20;
const MOST = 80; // that this lab asks for: more than a wire may have
const SHOWN = 60; // frames

/** @typedef {{ number: number, echo: EchoSocket, tile: HTMLElement, said: HTMLElement, frames: number }} Player */

export class WuConversationMany extends HTMLElement {
  static define(tag = "wu-conversation-many", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {Player[]} */
  #players = [];
  #rounds = 0;
  /** @type {number[]} whose the frames were, in the wire's order */
  #order = [];
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #spawn = button(`Spawn ${BATCH}`, () => this.#more(), { class: "btn primary" });
  #speak = button("Everyone says something", () => this.#round(), { class: "btn" });
  #tiles = el("ul", { class: "players" });
  #said = el("p", { class: "said", role: "status" });
  #strip = el("ol", { class: "frame-strip", tabindex: "0", "aria-label": "The newest frames, in the order of the wire" });
  #sum = el("p", { class: "caption" });

  connectedCallback() {
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => this.#reset(), { class: "btn small" })),
      el("div", { class: "lab-buttons" }, this.#spawn, this.#speak, button("Close all", () => this.#close(), { class: "btn" })),
      this.#said,
      this.#tiles,
      this.#strip,
      this.#sum,
    );
    this.#show();
  }

  disconnectedCallback() {
    for (const { echo } of this.#players) echo.drop();
    this.#players = [];
  }

  #reset() {
    for (const { echo } of this.#players) echo.drop();
    this.#players = [];
    this.#order = [];
    this.#rounds = 0;
    this.#tiles.replaceChildren();
    this.#strip.replaceChildren();
    write(this.#said, "");
    this.#show();
  }

  #more() {
    if (this.#players.length >= MOST) {
      write(this.#said, `This lab asks for ${MOST} sockets at most. Reset it to begin again.`);
      return;
    }
    write(this.#said, "");
    for (let i = 0; i < BATCH; i++) this.#player(this.#players.length + 1);
    this.#show();
  }

  /** @param {number} n */
  #player(n) {
    const echo = new EchoSocket(this, { breakdown: "off" });
    const said = el("small", {}, "connecting");
    const tile = el("li", { class: "player" }, el("b", {}, String(n)), said);
    /** @type {Player} */
    const player = { number: n, echo, tile, said, frames: 0 };
    this.#players.push(player);
    this.#tiles.append(tile);
    echo.addEventListener("state", () => {
      if (echo.state === "open") echo.send(`socket ${n} is here`);
      tile.dataset["state"] = echo.state;
      this.#tell(player);
      this.#show();
    });
    echo.addEventListener("event", (e) => this.#take(player, /** @type {CustomEvent<WireEvent>} */ (e).detail));
  }

  /**
   * @param {Player} player
   * @param {WireEvent} e
   */
  #take(player, e) {
    if (e.kind === "frame") {
      player.frames++;
      this.#order.push(player.number);
      if (this.#order.length > SHOWN) this.#order.shift();
      this.#strip.append(el("li", { class: e.direction }, `${e.direction === "up" ? "↑" : "↓"}${player.number}`));
      while (this.#strip.children.length > SHOWN) this.#strip.firstElementChild?.remove();
      this.#tell(player);
      this.#count();
    }
    // The page is told 1006 and nothing else: why it was refused stands on the wire.
    if (e.kind === "response" && e.http?.status !== undefined && e.http.status !== 101) write(this.#said, `Socket ${player.number} was refused: the server answered ${e.http.status}. Its page is told 1006, and no reason.`);
    if (e.kind === "body" && e.direction === "down" && e.body) this.#refused(player, e);
  }

  /**
   * @param {Player} player
   * @param {WireEvent} e
   */
  #refused(player, e) {
    const body = parse(e.bytes).subarray(e.body?.offset ?? 0, (e.body?.offset ?? 0) + (e.body?.length ?? 0));
    try {
      const { error } = JSON.parse(utf8(body) ?? "");
      if (typeof error === "string") write(this.#said, `Socket ${player.number} was refused, and the wire says why: “${error}” Its page is told 1006, and no reason.`);
    } catch {
      // It is in the panel as it came.
    }
  }

  /** @param {Player} player */
  #tell({ echo, said, frames }) {
    write(said, echo.state === "open" ? plural(frames, "frame") : echo.state === "closed" && !echo.everOpen ? "refused" : echo.state);
  }

  #round() {
    const open = this.#players.filter(({ echo }) => echo.state === "open");
    if (open.length === 0) {
      write(this.#said, `Nobody is there to say anything. Press Spawn ${BATCH} first.`);
      return;
    }
    this.#rounds++;
    for (const { number, echo } of open) echo.send(`socket ${number}, round ${this.#rounds}`);
  }

  #close() {
    for (const { echo } of this.#players) if (echo.state === "open") echo.close(1000);
  }

  #show() {
    const open = this.#players.filter(({ echo }) => echo.state === "open").length;
    this.dataset["state"] = open > 0 ? "open" : "closed";
    write(this.#state, `many sockets · ${open} of ${this.#players.length} open`);
    write(this.#spawn, this.#players.length === 0 ? `Spawn ${BATCH}` : `Spawn ${BATCH} more`);
    this.#tiles.hidden = this.#players.length === 0;
    this.#count();
  }

  #count() {
    this.#strip.hidden = this.#order.length === 0;
    write(this.#sum, this.#order.length === 0 ? "" : `The newest ${plural(this.#order.length, "frame")} in the order of the wire: ${plural(changes(this.#order), "time")} the next was another socket’s. Within one socket they keep their order.`);
  }
}
