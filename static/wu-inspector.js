// <wu-inspector>: what crosses the reader's wire, row by row, and each row down to its bits.
// With wire="ID" it is that of a class's room, without what people wrote; filter="…" is what it begins with.
// Hears socket-send, socket-goodbye, socket-close, wire-select and wire-replay from anywhere on the page.
import { Dissections } from "./dissections.js";
import { button, el, plain, typing } from "./dom.js";
import { Feed, pageFeed } from "./feed.js";
import { socketUrl } from "./line.js";
import { LogView } from "./log-view.js";
import { Row } from "./model.js";
import { Replay } from "./replay.js";
import { saveLinks } from "./save-links.js";
import { textless } from "./textless.js";
import { Tooltip } from "./tooltip.js";
import { shownWire, wireId } from "./wire-id.js";
import "./wu-terminal.js"; // makes one

/** @import { Item, PageClose, WireEvent } from "./event-types.js" */
/** @import { Pointed } from "./inspector-details.js" */
/** @import { StateDetail } from "./line.js" */

/** The words for a class's room. */
const ROOM = { rows: "What crossed the wires of the room", people: { page: "A viewer’s browser", terminal: "A viewer’s terminal", forge: "A viewer’s forge" } };

export class WuInspector extends HTMLElement {
  static define(tag = "wu-inspector", registry = customElements) {
    registry.define(tag, this);
  }

  #dissections = new Dissections(`/wire/${wireId()}/events/`);
  /** @type {Feed | undefined} */
  #feed;
  #parting = ""; // the socket that the reader closed last
  #empty = el("div", { class: "nothing" });
  #state = el("p", { class: "feed-state", role: "status" });
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;
  /** @type {AbortController | undefined} */
  #gone;
  /** @type {LogView | undefined} */
  #live;
  /** @type {{ replay: Replay, opener: Element | null } | undefined} */
  #replaying;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const feed = this.#follow();
    const live = new LogView(this.#dissections, { rows: "What crossed your wire", ...(this.hasAttribute("wire") ? ROOM : {}), drawn: () => this.#drawn() }, signal);
    this.#live = live;
    live.overview.append(this.#tallButton());
    if (!this.hasAttribute("wire")) live.addTool(saveLinks());
    live.body.prepend(this.#state, this.#empty);
    this.replaceChildren(live.root);
    this.#fillEmpty();
    this.#saysWhose(signal);
    new Tooltip(this, signal);
    this.#listen(feed, signal);
    if (this.hasAttribute("filter")) live.filter(this.getAttribute("filter") ?? "");
    live.update();
  }

  disconnectedCallback() {
    this.#endReplay();
    this.#gone?.abort();
    clearInterval(this.#countdown);
    if (this.hasAttribute("wire")) this.#feed?.stop();
  }

  /** Where the panel is a sheet at the page's lower edge, it can be made taller. */
  #tallButton() {
    const node = button("Taller", () => {
      const tall = this.toggleAttribute("data-tall");
      node.textContent = tall ? "Shorter" : "Taller";
    }, { class: "btn small for-tall" });
    return node;
  }

  /** A wire that is not this browser's own is named. @param {AbortSignal} signal */
  #saysWhose(signal) {
    addEventListener("hashchange", () => shownWire() !== undefined && location.reload(), { signal });
    const id = shownWire();
    if (id === undefined) return;
    this.#live?.body.prepend(el("p", { class: "shown-wire" }, "This is the wire ", el("code", {}, id), ", not this browser’s own. ", el("a", { href: "/wire" }, "Show my own")));
  }

  /** Where nothing has crossed yet, the lesson's own first line for a terminal stands. */
  #fillEmpty() {
    if (this.hasAttribute("wire")) {
      this.#empty.replaceChildren(el("p", { class: "nothing-title" }, "Nothing has crossed here yet."));
      return;
    }
    if (shownWire() !== undefined) {
      this.#empty.replaceChildren(el("p", { class: "nothing-title" }, "Nothing has crossed this wire yet."), el("p", {}, "If a proxy writes to it, point your client at the address that the proxy printed. What crosses stands here at once, byte by byte."));
      return;
    }
    const lesson = document.querySelector("main[data-lesson]") !== null;
    const given = document.querySelector("main wu-terminal:not(wu-exercise *)");
    const lines = [...(given?.querySelectorAll("pre.line") ?? [])].map((pre) => [pre.getAttribute("data-line") ?? "", pre.getAttribute("data-tool") ?? ""]);
    if (lines.length === 0) lines.push(["curl -v '{origin}/lab/request/free?wire={wire}'", "curl"], ["websocat '{wsorigin}/echo?wire={wire}'", "websocat"]);
    const types = lines.every(([line]) => line?.startsWith("websocat"));
    this.#empty.replaceChildren(
      el("p", { class: "nothing-title" }, "Nothing has crossed your wire yet."),
      el("p", {}, `${lesson ? "Use a lab of this lesson" : "Use a lab of a lesson"}, or paste this line into a terminal${types ? ", type a word and press Enter" : ""}. What crosses stands here at once, byte by byte.`),
      el("wu-terminal", {}, ...lines.map(([line, tool]) => el("pre", { class: "line", tabindex: "0", "data-line": line, "data-tool": tool }, el("code")))),
    );
  }

  /** The page's own feed, or one to another wire. */
  #follow() {
    const wire = this.getAttribute("wire");
    if (wire === null) return (this.#feed = pageFeed());
    this.#dissections = new Dissections(`/wire/${wire}/events/`, async (url, init) => {
      const response = await fetch(url, init);
      return response.ok ? Response.json(textless(await response.json())) : response;
    });
    this.#feed = new Feed(socketUrl(`/wire/${wire}/feed`));
    this.#feed.start();
    return this.#feed;
  }

  /**
   * @param {Feed} feed
   * @param {AbortSignal} signal
   */
  #listen(feed, signal) {
    feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#restart(), { signal });
    feed.addEventListener("state", (e) => this.#feedState(/** @type {CustomEvent<StateDetail>} */ (e).detail), { signal });
    this.#feedState({ state: feed.state, wait: 0, reason: "" });
    document.addEventListener("socket-close", (e) => this.#socketClosed(/** @type {CustomEvent<PageClose>} */ (e).detail), { signal });
    document.addEventListener("socket-send", (e) => this.#socketSent(/** @type {CustomEvent} */ (e).detail), { signal });
    document.addEventListener("socket-goodbye", (e) => this.#goodbye(/** @type {CustomEvent} */ (e).detail), { signal });
    document.addEventListener("wire-select", (e) => this.#selectMessage(/** @type {CustomEvent} */ (e).detail), { signal });
    document.addEventListener("wire-replay", (e) => {
      const { detail } = /** @type {CustomEvent} */ (e);
      if (detail === null) this.#endReplay();
      else this.#startReplay(detail);
    }, { signal });
    document.addEventListener(
      "keydown",
      (e) => {
        if (e.key !== "/" || !plain(e) || typing(e) || e.defaultPrevented) return;
        e.preventDefault();
        if (this.#replaying === undefined) this.#live?.focusFilter();
      },
      { signal },
    );
  }

  /** @param {Item[]} items */
  #take(items) {
    const live = this.#live;
    if (!live) return;
    const added = live.model.add(this.hasAttribute("wire") ? items.map(textless) : items);
    live.announcer.arrived(added);
    for (const row of added) if (this.#awaited(row)) this.#open(live, row.message ?? row);
    live.update();
  }

  /**
   * In a room somebody always says something: what the filter hides there takes no row's place.
   * @param {LogView} live
   * @param {Row} row
   */
  #open(live, row) {
    if (!this.hasAttribute("wire") || live.model.passes(row)) live.open(row);
  }

  /**
   * awaited says whether a row is what the reader waits for: a message sent up, or the goodbye that
   * the reader said.
   * @param {Row} row
   */
  #awaited(row) {
    const { frame } = row.event ?? {};
    if (row.direction !== "up" || frame === undefined) return false;
    return frame.part === 1 || (frame.type === "close" && row.conn?.socket === this.#parting);
  }

  #restart() {
    this.#live?.model.restart();
    this.#dissections.forget();
    this.#live?.update();
  }

  /** @param {PageClose} close */
  #socketClosed(close) {
    this.#live?.model.closed(close);
    this.#live?.update();
  }

  /** @param {{ socket: string, message: number, blob: boolean }} sent */
  #socketSent({ socket, message, blob }) {
    if (blob) this.#live?.model.sentBlob(socket, message);
    this.#live?.resume(); // who sends wants to see what becomes of it
  }

  /** @param {{ socket: string }} leaving */
  #goodbye({ socket }) {
    this.#parting = socket;
    this.#live?.resume();
  }

  /**
   * A row is wanted by its event's number, or by its message on a page's own socket. It is one of
   * the live wire: a replay ends.
   * @param {{ seq: number, fault?: Pointed } | { socket: string, direction: "up" | "down", message: number }} wanted
   */
  #selectMessage(wanted) {
    this.#endReplay();
    const live = this.#live;
    const row = "seq" in wanted ? live?.model.numbered(wanted.seq) : live?.model.find(wanted.socket, wanted.direction, wanted.message);
    if (live === undefined) return;
    live.root.setAttribute("data-open", "");
    if (row) live.goTo(row, "seq" in wanted ? wanted.fault : undefined);
    else if ("seq" in wanted) void this.#fetchRow(live, wanted.seq, wanted.fault);
    else live.showAlone(told("The page no longer has that row."));
  }

  /**
   * fetchRow shows an event that is no row of this page any more, if the server still has it.
   * @param {LogView} live
   * @param {number} seq
   * @param {Pointed} [fault]
   */
  async #fetchRow(live, seq, fault) {
    try {
      const row = new Row(0);
      row.event = await this.#dissections.get(seq, this.#gone?.signal ?? AbortSignal.abort());
      live.showAlone(row, fault);
    } catch (error) {
      if (this.isConnected) live.showAlone(told(error instanceof TypeError ? "The server does not answer." : error instanceof Error ? error.message : String(error)));
    }
  }

  /**
   * startReplay lays a recorded session over the live log, which goes on below it.
   * @param {{ title: string, source?: string, back?: string, events: WireEvent[] }} recorded
   */
  #startReplay(recorded) {
    this.#endReplay();
    const replay = new Replay(recorded, () => this.#endReplay());
    this.#replaying = { replay, opener: document.activeElement };
    this.setAttribute("data-replay", "");
    this.#live?.root.setAttribute("inert", "");
    this.append(replay.root);
    replay.start();
  }

  #endReplay() {
    if (this.#replaying === undefined) return;
    const { replay, opener } = this.#replaying;
    const held = replay.root.contains(document.activeElement);
    this.#replaying = undefined;
    replay.stop();
    this.removeAttribute("data-replay");
    this.#live?.root.removeAttribute("inert");
    this.#live?.update();
    if (held && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    this.#live?.announcer.say("The replay is over. This is your wire again.");
    this.dispatchEvent(new Event("replay-over"));
  }

  /** @param {StateDetail} detail */
  #feedState({ state, wait, reason }) {
    clearInterval(this.#countdown);
    this.dataset["feed"] = state;
    if (state !== "waiting") {
      this.#state.hidden = true;
      return;
    }
    const until = Date.now() + wait;
    const left = el("span", {});
    const tick = () => (left.textContent = `${Math.max(1, Math.ceil((until - Date.now()) / 1000))} s`);
    tick();
    this.#countdown = setInterval(tick, 1000);
    this.#state.replaceChildren(
      el("b", {}, "Cut off from your wire. "),
      reason ? `${reason}. ` : "",
      "The rows below stay. What crosses meanwhile the server keeps, if it is still running, and it will show here. ",
      el("span", { "aria-hidden": "true" }, "Next try in ", left, ". "),
      button("Try now", () => this.#feed?.retry(), { class: "btn small" }),
    );
    this.#state.hidden = false;
  }

  #drawn() {
    if (!this.#live) return;
    const { model, panes, alone } = this.#live;
    const bare = !alone && model.size === 0 && model.waiting === 0 && model.conns.size === 0;
    this.#empty.hidden = !bare;
    panes.hidden = bare;
  }
}

/**
 * told is a row of the page's own words.
 * @param {string} text
 */
function told(text) {
  const row = new Row(0);
  row.notice = text;
  return row;
}
