// <wu-class-screen>: what the room sees. The slide as large as it can be, and on its edge how to join, who is
// here, where the talk is and how long it goes on. A slide that is taller than its place has the width of the
// edge, too, which is then a line below it; the key j, here or at the presenter's, says otherwise.
import { leftWords, passedWords } from "./class-activity.js";
import { Teller } from "./class-bar.js";
import { clockWords } from "./class-clock.js";
import { fragmentToken, keepTokens, pathCode, tokensOf } from "./class-code.js";
import { Along, follow, press } from "./class-lab.js";
import { ClassLine } from "./class-line.js";
import { PollView } from "./class-poll.js";
import { loadAhead, recordedOf, replayOf } from "./class-recorded.js";
import { SpotView } from "./class-spot.js";
import { Windows } from "./class-windows.js";
import { linkWords, placeWords } from "./class-words.js";
import { EchoSocket } from "./echo-socket.js";
import { el, plain, typing, write } from "./dom.js";
import { number, plural } from "./format.js";
import { WuDeck } from "./wu-deck.js";
import "./wu-inspector.js"; // makes some

/** @import { ScreenView } from "./class-types.js" */
/** @import { Told } from "./class-windows.js" */

const TICK = 1000; // milliseconds
/** @type {ScreenView} the step, and nothing beside it */
const BARE = { slide: "", scroll: 0, room: false, edge: "", replay: "", press: 0, button: "" };
const SPAWN_LIVES = 60_000; // milliseconds that spawned sockets stay
const MOST_SPAWNED = 50; // at once, however often it is asked for

export class WuClassScreen extends HTMLElement {
  static define(tag = "wu-class-screen", registry = customElements) {
    registry.define(tag, this);
  }

  #code = pathCode(location.pathname) ?? "";
  #token = "";
  #gone = new AbortController();
  #line = new ClassLine(this.#code, { as: "screen", token: () => (this.#token === "" ? undefined : this.#token), beat: 5000 });
  #windows = new Windows(this.#code);
  #deck = /** @type {WuDeck} */ (el("wu-deck", { slides: "slides", stage: true }));
  #poll = new PollView();
  #spot = new SpotView();
  #waits = el("p", { class: "screen-waits", hidden: true }, el("span", {}), el("span", { class: "left" }));
  #here = el("p", { class: "screen-here" }, el("b", {}), " ", el("span", {}));
  #where = el("p", { class: "screen-where" });
  #left = el("p", { class: "screen-left" });
  #link = el("p", { class: "screen-link", role: "status", hidden: true });
  #teller = new Teller();
  #room = el("div", { class: "screen-room deck-panel", hidden: true });
  #wire = el("wu-inspector", {});
  #replay = el("div", { class: "screen-room deck-panel", hidden: true }, this.#wire);
  #spawned = -1;
  #extra = 0; // sockets that were spawned and are still there
  #lesson = "";
  #along = new Along();
  /** @type {ScreenView | undefined} what has been shown of it */
  #view;
  /** @type {ScreenView["edge"]} */
  #edge = "";
  /** @type {Set<string>} slides that need the edge's room */
  #tall = new Set();
  #fits = new ResizeObserver(() => this.#makeRoom());
  #alone = false; // follows the presenter's window, since the class can't be reached

  connectedCallback() {
    const fragment = fragmentToken();
    const { screen, owner } = tokensOf(this.#code) ?? {};
    this.#token = fragment ?? screen ?? owner ?? "";
    if (fragment !== undefined) keepTokens(this.#code, { screen: fragment });
    this.#build();
    const { signal } = this.#gone;
    for (const name of ["welcome", "class", "crowd", "desk", "state"]) this.#line.addEventListener(name, () => this.#show(), { signal });
    this.#wire.addEventListener("replay-over", () => {
      this.#replay.hidden = true;
      this.#turned();
    }, { signal });
    this.#windows.addEventListener("told", (e) => this.#told(/** @type {CustomEvent<Told>} */ (e).detail), { signal });
    this.#deck.addEventListener("deck-ready", () => this.#show(), { signal });
    this.#deck.addEventListener("deck-at", () => this.#turned(), { signal });
    signal.addEventListener("abort", () => this.#fits.disconnect());
    addEventListener("resize", () => this.#resized(), { signal });
    document.addEventListener("keydown", (e) => this.#press(e), { signal });
    const timer = setInterval(() => this.#tick(), TICK);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.#tellSize();
    if (this.#token === "") this.#showLink();
    else this.#line.keep();
  }

  disconnectedCallback() {
    this.#gone.abort();
    this.#line.stop();
    this.#windows.close();
  }

  #build() {
    const join = `${location.host}/c/${this.#code}`;
    this.replaceChildren(
      el("div", { class: "screen-stage" }, this.#deck, this.#poll.root, this.#spot.root, this.#room, this.#replay),
      el("aside", { class: "screen-edge", "aria-label": "How to join, and where the talk is" },
        el("img", { class: "screen-qr", src: `/classes/${this.#code}/qr.svg?scheme=${location.protocol.slice(0, -1)}`, alt: `QR code of ${join}` }),
        el("p", { class: "screen-join" }, el("span", { class: "host" }, location.host, el("wbr", {}), "/c/"), el("b", {}, this.#code)),
        this.#here,
        this.#waits,
        this.#where,
        this.#left,
        this.#link,
        this.#teller.root,
      ),
    );
    this.#poll.root.hidden = this.#spot.root.hidden = true;
  }

  #show() {
    const { class: is, crowd, desk, state } = this.#line;
    this.#showLink();
    if (state === "open") this.#alone = false;
    if (is === undefined) return;
    if (!this.#alone) this.#deck.show(is.step);
    this.#deck.blank = is.blank;
    const at = this.#deck.at;
    if (at) write(this.#where, placeWords(this.#deck.outline, at).replace("lesson", "Lesson"));
    const words = this.#along.take(is.lab);
    if (is.lab && this.#deck.slide && is.lab.slide === this.#slide) {
      follow(this.#deck.slide, is.lab.values);
      if (words !== undefined) void press(this.#deck.slide, words);
    }
    this.#follow(is.view ?? BARE);
    write(this.#here.firstElementChild ?? undefined, number(crowd?.here ?? 0));
    write(this.#here.lastElementChild ?? undefined, crowd?.here === 1 ? "is here" : "are here");
    this.#poll.root.hidden = is.poll === null;
    this.toggleAttribute("data-poll", is.poll !== null);
    if (is.poll) {
      const votes = crowd?.votes?.poll === is.poll.id ? crowd.votes : null;
      this.#poll.update(is.poll, { cast: votes?.cast ?? 0, here: crowd?.here ?? 0, counts: is.poll.shown || !is.poll.open ? votes?.counts : undefined });
    }
    this.#spot.root.hidden = is.spot === null;
    if (is.spot) this.#spot.update(is.spot);
    this.#waits.hidden = is.activity === null;
    write(this.#waits.firstElementChild ?? undefined, is.activity ? `Exercise: ${passedWords(crowd?.done)}` : "");
    write(this.#waits.lastElementChild ?? undefined, leftWords(crowd?.done));
    if (desk?.room && !this.#room.hidden) this.#openRoom(desk.room);
    if (is.spawn && this.#spawned !== is.spawn.id) {
      // One that was spawned before this page came is not its doing.
      if (this.#spawned >= 0) this.#spawn(is.spawn.count);
      this.#spawned = is.spawn.id;
    } else if (this.#spawned < 0) this.#spawned = 0;
    this.#tick();
    if (is.step.lesson !== this.#lesson) {
      this.#lesson = is.step.lesson;
      void loadAhead(this.#deck.outline, this.#lesson);
    }
  }

  get #slide() {
    const at = this.#deck.at;
    return at ? `${at.lesson}/${at.slide}` : "";
  }

  /**
   * follow shows what the presenter's window shows beside the step, as far as it is new.
   * @param {ScreenView} view
   */
  #follow(view) {
    const before = this.#view;
    this.#view = view;
    if (before?.edge !== view.edge) this.#turnEdge(view.edge);
    if (before ? before.room !== view.room : view.room) this.#showRoom(view.room);
    if ((before?.replay ?? "") !== view.replay) void this.#startReplay(view.replay === "" ? null : view.replay);
    if (view.slide !== this.#slide || this.#alone) return;
    if (before?.slide !== view.slide || before.scroll !== view.scroll) this.#scroll(view.scroll);
    if (before && view.press > before.press && this.#deck.slide) void press(this.#deck.slide, view.button);
  }

  // The room that a slide has

  #turned() {
    this.#fits.disconnect();
    this.toggleAttribute("data-line", this.#edge === "line" || (this.#edge === "" && (this.#tall.has(this.#slide) || !this.#room.hidden || !this.#replay.hidden)));
    const { slide } = this.#deck;
    if (slide) this.#fits.observe(slide);
    this.#makeRoom();
  }

  /** A slide that is too tall beside the edge has all of the width, for as long as it is shown. */
  #makeRoom() {
    const view = this.#deck.querySelector(".deck-view");
    if (view === null || this.#edge !== "" || view.scrollHeight <= view.clientHeight + 1) return;
    this.#tall.add(this.#slide);
    this.toggleAttribute("data-line", true);
  }

  #resized() {
    this.#tall.clear();
    this.#turned();
    this.#tellSize();
  }

  /** @param {ScreenView["edge"]} edge */
  #turnEdge(edge) {
    this.#edge = edge;
    this.#turned();
  }

  #showLink() {
    if (this.#token === "") {
      this.#link.hidden = false;
      write(this.#link, "✕ Open this screen from the presenter’s page: press Screen there.");
      return;
    }
    const words = linkWords(this.#line);
    this.#link.hidden = words.is === "good";
    // Why is for the presenter; a room needs no more than that it is so.
    write(this.#link, words.is === "good" ? "" : `${words.sign} ${words.is === "gone" ? "the line is down" : words.text}`);
  }

  #tick() {
    const clock = this.#line.desk?.clock;
    if (clock === undefined) return;
    const words = clockWords(clock, this.#line.now);
    write(this.#left, clock.paused ? "‖ Questions" : clock.stop > 0 ? words.stop : "");
  }

  // The room's frames

  /** @param {string} room */
  #openRoom(room) {
    if (this.#room.firstElementChild?.getAttribute("wire") === room) return;
    const { lab = "" } = this.#deck.outline.find((p) => p.id === this.#deck.at?.lesson)?.slides[(this.#deck.at?.slide ?? 1) - 1] ?? {};
    const filter = lab === "" ? "-lab:class" : `lab:${lab.split("-")[0]}`;
    this.#room.replaceChildren(el("wu-inspector", { wire: room, filter }));
  }

  /** @param {boolean} shown */
  #showRoom(shown) {
    const room = this.#line.desk?.room ?? "";
    if (shown && room === "") {
      this.#teller.say("There are no frames of the room yet.");
      return;
    }
    this.#room.hidden = !shown;
    if (shown) this.#openRoom(room);
    else this.#room.replaceChildren();
    this.#turned();
  }

  /**
   * spawn opens sockets of this page's own on the room's wire, where the room's frames show them.
   * @param {number} wanted
   */
  #spawn(wanted) {
    const wire = this.#line.desk?.room;
    if (!wire) return;
    const count = Math.min(wanted, MOST_SPAWNED - this.#extra);
    this.#extra += count;
    const sockets = Array.from({ length: count }, () => new EchoSocket(this, { breakdown: "off", query: { wire } }));
    for (const [i, socket] of sockets.entries()) {
      socket.addEventListener("state", () => socket.state === "open" && socket.sent === 0 && socket.send(`hello from ${i + 1} of ${count}`));
    }
    this.#teller.say(count < wanted ? `${plural(count, "more socket")} for a minute: ${MOST_SPAWNED} at once is the limit` : `${plural(count, "more socket")} for a minute`);
    setTimeout(() => {
      this.#extra -= count;
      sockets.forEach((s) => s.drop());
    }, SPAWN_LIVES);
  }

  // Without a network

  /** @param {Told} told */
  #told(told) {
    if ("ask" in told) this.#tellSize();
    else if ("scroll" in told) this.#scroll(told.scroll);
    else if ("replay" in told) void this.#startReplay(told.replay);
    else if ("at" in told && this.#line.state !== "open") {
      this.#alone = true;
      this.#deck.show(told.at);
      this.#show();
    }
  }

  /** @param {number} part from 0, the top, to 1 */
  #scroll(part) {
    const view = this.#deck.querySelector(".deck-view");
    view?.scrollTo({ top: part * (view.scrollHeight - view.clientHeight), behavior: "smooth" });
  }

  /** @param {string | null} name */
  async #startReplay(name) {
    if (name === null) {
      this.#endReplay();
      return;
    }
    try {
      const recorded = await recordedOf(name);
      this.#replay.hidden = false;
      this.#turned();
      this.#wire.dispatchEvent(new CustomEvent("wire-replay", { bubbles: true, detail: { ...recorded, back: "Back to the slide" } }));
    } catch (error) {
      this.#teller.say(error instanceof Error ? error.message : String(error));
    }
  }

  #endReplay() {
    this.#wire.dispatchEvent(new CustomEvent("wire-replay", { bubbles: true, detail: null }));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (!plain(event) || typing(event) || event.defaultPrevented || event.repeat) return;
    if (event.key === "r") void this.#startReplay(this.#replay.hidden && this.#deck.at ? replayOf(this.#deck.outline, this.#deck.at) : null);
    else if (event.key === "j") this.#turnEdge(this.hasAttribute("data-line") ? "open" : "line");
    else if (event.key === "i") this.#showRoom(this.#room.hidden === true);
    else if (event.key === "Escape") {
      this.#showRoom(false);
      this.#endReplay();
    } else return;
    event.preventDefault();
  }

  #tellSize() {
    this.#windows.tell({ screen: { width: innerWidth, height: innerHeight } });
  }
}
