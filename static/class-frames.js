// The room's newest frames on the presenter's page: one tap puts one in the spotlight for all.
import { button, el, write } from "./dom.js";
import { Feed } from "./feed.js";
import { number } from "./format.js";
import { socketUrl } from "./line.js";

/** @import { Item, WireEvent } from "./event-types.js" */

const MOST = 14; // frames that are listed
const KEPT = 60; // frames that are held to choose from

export class RoomFrames {
  root = el("div", { class: "room-frames" });
  #spot;
  #sum = el("p", { class: "muted", role: "status" });
  #list = el("ul", {});
  #room = "";
  /** @type {Feed | undefined} */
  #feed;
  /** @type {WireEvent[]} */
  #frames = [];
  #conns = new Set();
  #frame = 0;

  /** @param {(viewer: string, seq: number) => void} spot */
  constructor(spot) {
    this.#spot = spot;
    this.root.append(this.#sum, this.#list);
  }

  /**
   * follow shows what crosses in a room.
   * @param {string} room the id of its wire; "" while there is none
   */
  follow(room) {
    if (room === this.#room) return;
    this.stop();
    this.#room = room;
    if (room === "") return;
    this.#feed = new Feed(socketUrl(`/wire/${room}/feed`));
    this.#feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail));
    this.#feed.start();
  }

  stop() {
    this.#feed?.stop();
    this.#feed = undefined;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** @param {Item[]} items */
  #take(items) {
    for (const e of items) {
      if (e.kind === "lost") continue;
      if (e.kind === "close") this.#conns.delete(e.conn);
      else this.#conns.add(e.conn);
      if (e.kind === "frame" && e.lab !== "class") this.#frames.push(e);
    }
    this.#frames = this.#frames.slice(-KEPT);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    write(this.#sum, `Here are our ${number(this.#conns.size)} connections. Newest frames first:`);
    const shown = this.#frames.slice(-MOST).reverse();
    this.#list.replaceChildren(...shown.map((e) => el("li", {},
      el("span", { class: e.direction === "up" ? "t-up" : "t-down", "aria-hidden": "true" }, e.direction === "up" ? "↑" : "↓"),
      el("span", { class: "frame-who" }, `${e.viewer ?? "spawned"} `, el("small", {}, e.summary)),
      e.viewer !== undefined && button("Spotlight", () => this.#spot(e.viewer ?? "", e.seq), { class: "btn small" }))));
  }
}
