// <wu-game-lab>: a map that every reader of this server shares. A click or an arrow key is one small
// frame; what the frames cost, and what requests would, is counted on the wire.
import { button, el, freshId, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { bytes, number, plural } from "./format.js";
import { GameMap } from "./game-map.js";
import { GameTally, showable } from "./game-sums.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { socketUrl } from "./line.js";
import { Prediction } from "./prediction.js";
import { keep, recall } from "./storage.js";
import { WireClock } from "./wire-clock.js";
import { draw, wireId } from "./wire-id.js";

/** @import { Item } from "./event-types.js" */
/** @import { Price } from "./game-sums.js" */

const LESSON = "choose";
const NAME = "wireup.name";
const STEP = 4; // places that an arrow key moves you
const OFTEN = 100; // milliseconds at least between two moves
const EDGE = 255;
const EXAMPLE = { x: 39, y: 209 };

/** @type {Record<string, [number, number]>} */
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

export class WuGameLab extends HTMLElement {
  static define(tag = "wu-game-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {GameMap | undefined} */
  #map;
  /** @type {GameTally | undefined} */
  #tally;
  /** @type {Price | undefined} */
  #price;
  #clock = new WireClock();
  #called = false; // the bots are here by this page
  #sent = 0; // when the last move was, by the page's clock
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #held; // a move that waits for its turn
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #predict = el("div");
  /** @type {((size: number) => void) | undefined} */
  #judge;
  #name = el("input", { type: "text", id: freshId("name"), maxlength: 16, size: 12, autocomplete: "off", spellcheck: "false", value: "reader" });
  #join = el("button", { type: "submit", class: "btn primary" }, "Join");
  #more = button("Twenty bots", () => void this.#callBots(), { class: "btn", disabled: true });
  #request = button("Step by request", () => void this.#byRequest(), { class: "btn", disabled: true });
  #line = el("input", { type: "text", id: freshId("line"), maxlength: 80, autocomplete: "off", "aria-label": "Say something to everybody" });
  #chat = el("form", { class: "send game-chat" }, this.#line, el("button", { type: "submit", class: "btn" }, "Say it"));
  #said = el("p", { class: "said", role: "status" });
  #figures = el("dl", { class: "lab-sums" });
  /** @type {Map<string, HTMLElement>} */
  #values = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #again;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = pageFeed();
    this.#map = new GameMap(signal);
    this.#map.addEventListener("go", (e) => {
      const { x, y } = /** @type {CustomEvent<{ x: number, y: number }>} */ (e).detail;
      this.#go(x, y);
    });
    this.#map.picture.addEventListener("keydown", (e) => this.#key(e), { signal });
    this.#name.value = recall(NAME) ?? "reader";
    const form = el("form", { class: "lab-row" }, el("label", { for: this.#name.id }, "Your name"), this.#name, this.#join, this.#more, this.#request);
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      if (this.#socket) this.#leave();
      else this.#enter();
    });
    this.#chat.addEventListener("submit", (e) => {
      e.preventDefault();
      this.#say();
    });
    for (const name of ["frames a second", "bytes a second", "your moves", "as requests", "ticks you were told", "as polls"]) {
      const value = el("dd", {}, "·");
      this.#values.set(name, value);
      this.#figures.append(el("div", {}, el("dt", {}, name), value));
    }
    this.#ask();
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      form,
      this.#said,
      this.#map.root,
      this.#chat,
      this.#figures,
    );
    const requests = new Exchanges(feed, { lab: "game", accept: (x) => x.method === "POST" && x.driver === "page", signal });
    requests.addEventListener("change", () => {
      const last = requests.list.findLast((x) => !x.open && x.status === 200);
      if (last) this.#price = { up: last.up, down: last.down, downOverhead: last.downOverhead };
      this.#count();
    }, { signal });
    feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#clock.forget(), { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#leave();
    this.#gone?.abort();
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " A move is the text ", el("code", {}, `[4,${EXAMPLE.x},${EXAMPLE.y}]`), ". How many bytes cross the wire for it, from your browser to the server?"),
        unit: "bytes",
        go: "Predict and move",
        skip: "Move there",
      },
      () => {
        prediction.wait("One frame goes up…");
        this.#judge = (size) => prediction.judge(size, "Ten characters, four bytes of masking key, and two bytes of header. There is no address in it and no field: the socket knows who you are.");
        if (this.#socket?.readyState === WebSocket.OPEN) this.#move(EXAMPLE.x, EXAMPLE.y);
        else this.#enter();
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  #enter() {
    const name = showable(this.#name.value);
    if (name === "") {
      write(this.#said, "Everybody has a name here. Type one of 1 to 16 characters that can be shown.");
      this.#name.focus();
      return;
    }
    keep(NAME, name);
    write(this.#said, "");
    const mark = draw(4);
    this.#tally = new GameTally(mark);
    const ws = new WebSocket(socketUrl(`/lab/game/${labWord(LESSON)}?${new URLSearchParams({ wire: wireId(), socket: mark })}`));
    this.#socket = ws;
    ws.addEventListener("open", () => {
      ws.send(JSON.stringify([0, name]));
      this.#show();
    });
    ws.addEventListener("message", (e) => ws === this.#socket && this.#told(JSON.parse(e.data)));
    ws.addEventListener("close", (e) => {
      if (ws !== this.#socket) return;
      this.#over();
      write(this.#said, e.reason ? `The server has closed it with ${e.code}: ${e.reason}.` : `The connection has ended (${e.code}). Join again.`);
    });
    this.#again = setInterval(() => this.#count(), 500);
    this.#show();
  }

  #leave() {
    const ws = this.#socket;
    this.#over();
    ws?.close(1000);
  }

  /** over forgets the socket. */
  #over() {
    this.#socket = undefined;
    clearInterval(this.#again);
    clearTimeout(this.#held);
    this.#held = undefined;
    this.#map?.clear();
    this.#show();
    this.#count();
  }

  /**
   * told does what one tick tells.
   * @param {any[][]} list
   */
  #told(list) {
    const map = this.#map;
    if (map === undefined) return;
    for (const [kind, ...m] of list) {
      if (kind === 1) {
        map.clear();
        map.me = m[0];
        map.spawn(m[0], 1, m[2], m[3], m[1]);
        this.#welcome();
      } else if (kind === 2) map.spawn(m[0], m[1], m[2], m[3], m[4]);
      else if (kind === 3) map.leave(m[0]);
      else if (kind === 4) map.move(m[0], m[1], m[2]);
      else if (kind === 11) map.say(m[0], m[1]);
      else if (kind === 100) {
        map.settle();
        write(this.#said, `Your browser was too slow for ${plural(m[0], "tick")}, and lost them. It has the whole map again.`);
      }
    }
    this.#show();
  }

  #welcome() {
    // Whoever has just pressed Join steers: an arrow key would scroll the page otherwise.
    if (this.#name.form?.contains(document.activeElement) || document.activeElement === document.body) this.#map?.picture.focus({ preventScroll: true });
    if (this.#judge) this.#move(EXAMPLE.x, EXAMPLE.y);
    void this.#byRequest(); // once, so that there is a price
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    const step = KEYS[e.key];
    const at = this.#map?.place;
    if (step === undefined || at === undefined || e.ctrlKey || e.altKey || e.metaKey) return;
    e.preventDefault(); // the page must not scroll
    this.#go(at.x + step[0], at.y + step[1]);
  }

  /**
   * go moves there, now or when the last move is long enough ago.
   * @param {number} x
   * @param {number} y
   */
  #go(x, y) {
    clearTimeout(this.#held);
    const left = OFTEN - (performance.now() - this.#sent);
    if (left > 0) this.#held = setTimeout(() => this.#move(x, y), left);
    else this.#move(x, y);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #move(x, y) {
    const ws = this.#socket;
    if (ws?.readyState !== WebSocket.OPEN || this.#map === undefined) {
      write(this.#said, "Join first: the map is of those who are there.");
      return;
    }
    this.#sent = performance.now();
    const place = [clamp(x), clamp(y)];
    ws.send(JSON.stringify([4, ...place]));
    this.#map.move(this.#map.me, place[0] ?? 0, place[1] ?? 0); // the server says the same, a tick later
  }

  #say() {
    const text = showable(this.#line.value);
    if (text === "") {
      write(this.#said, "There is nothing in it that could be shown. Type 1 to 80 characters.");
      return;
    }
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      write(this.#said, "Join first: the map is of those who are there.");
      return;
    }
    this.#socket.send(JSON.stringify([11, text]));
    write(this.#said, "");
    this.#line.value = "";
  }

  /** byRequest does as a request what a frame does, for its price. */
  async #byRequest() {
    const at = this.#map?.place;
    if (at === undefined) return;
    try {
      const response = await fetch(`/lab/game/${labWord(LESSON)}?wire=${wireId()}`, { method: "POST", body: JSON.stringify([4, clamp(at.x + STEP), at.y]) });
      if (!response.ok) write(this.#said, (await response.json()).error);
      else await response.text();
    } catch {
      write(this.#said, "The server does not answer. Is it running?");
    }
  }

  async #callBots() {
    const answer = await command("game", "bots", { n: this.#map?.bots ? 0 : 20 }, (text) => write(this.#said, text));
    if (answer === undefined) return;
    this.#called = answer.bots > 0;
    write(this.#said, answer.bots > 0 ? `${plural(answer.bots, "bot")} walk about, for ${answer.stay / 60} minutes. Watch the panel.` : "");
  }

  /** @param {Item[]} items */
  #take(items) {
    this.#clock.see(items);
    if (!this.#tally?.take(items)) return;
    const { move } = this.#tally;
    if (this.#judge && move?.frame?.text === `[4,${EXAMPLE.x},${EXAMPLE.y}]`) {
      this.#judge(move.size);
      this.#judge = undefined;
    }
  }

  #show() {
    const open = this.#socket?.readyState === WebSocket.OPEN;
    const here = this.#map?.here ?? 0;
    this.dataset["state"] = open ? "open" : this.#socket ? "connecting" : "closed";
    write(this.#state, `game · ${open ? `${plural(here, "player")} on the map` : this.#socket ? "connecting…" : "you are not on the map"}`);
    write(this.#join, this.#socket ? "Leave" : "Join");
    write(this.#more, this.#map?.bots ? "Send the bots away" : "Twenty bots");
    this.#name.disabled = this.#socket !== undefined;
    this.#more.disabled = this.#request.disabled = !open;
  }

  #count() {
    const tally = this.#tally;
    if (tally === undefined) return;
    const r = tally.rates(this.#clock.now ?? 0);
    const price = this.#price && tally.asRequests(this.#price);
    /** @type {Record<string, string>} */
    const values = {
      "frames a second": `${r.up} up, ${r.down} down`,
      "bytes a second": `${number(r.upBytes)} up, ${number(r.downBytes)} down`,
      "your moves": tally.moves === 0 ? "·" : `${number(tally.moves)} in ${bytes(tally.moveBytes)}`,
      "as requests": price === undefined || tally.moves === 0 ? "·" : `${bytes(price.moves)}${times(price.moves, tally.moveBytes)}`,
      "ticks you were told": tally.down.frames === 0 ? "·" : `${number(tally.down.frames)} in ${bytes(tally.down.bytes)}`,
      "as polls": price === undefined || tally.down.frames === 0 ? "·" : `${bytes(price.ticks)}${times(price.ticks, tally.down.bytes)}`,
    };
    for (const [name, value] of Object.entries(values)) write(this.#values.get(name), value);
  }

  #reset() {
    if (this.#called) void command("game", "bots", { n: 0 }, () => {});
    this.#called = false;
    this.#leave();
    this.#tally = this.#price = this.#judge = undefined;
    for (const value of this.#values.values()) write(value, "·");
    write(this.#said, "");
    this.#ask();
    this.#show();
  }
}

/** @param {number} n */
function clamp(n) {
  return Math.min(EDGE, Math.max(0, n));
}

/**
 * @param {number} more
 * @param {number} less
 */
function times(more, less) {
  return less > 0 && more > less ? `, ${Math.round(more / less)} times as much` : "";
}
