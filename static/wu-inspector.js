// <wu-inspector>: what crosses the reader's wire, row by row, and each row down to its bits.
// Hears socket-send, socket-goodbye, socket-close and wire-select from anywhere on the page.
import { Announcer } from "./announcer.js";
import { Dissections } from "./dissections.js";
import { button, el, plain, typing } from "./dom.js";
import { pageFeed } from "./feed.js";
import { Details } from "./inspector-details.js";
import { RowList } from "./inspector-rows.js";
import { Tabs } from "./inspector-tabs.js";
import { Tools } from "./inspector-tools.js";
import { TotalsLine } from "./inspector-totals.js";
import { Model } from "./model.js";
import { splitter } from "./splitter.js";
import { Tooltip } from "./tooltip.js";
import { wireId } from "./wire-id.js";

/** @import { Item, PageClose } from "./event-types.js" */
/** @import { StateDetail } from "./line.js" */
/** @import { Row } from "./model.js" */

const AUTO = 120; // milliseconds at least between two rows that open by themselves

export class WuInspector extends HTMLElement {
  static define(tag = "wu-inspector", registry = customElements) {
    registry.define(tag, this);
  }

  #model = new Model();
  #dissections = new Dissections(`/wire/${wireId()}/events/`);
  #chosen = false; // the reader chose the open row; until then the newest sent message opens
  #parting = ""; // the socket that the reader closed last
  #empty = el("div", { class: "nothing" });
  #state = el("p", { class: "feed-state", role: "status" });
  #panes = el("div", { class: "panes" });
  #frame = 0;
  /** @type {Row | undefined} the row that opens next by itself */
  #next;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #opening;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;
  /** @type {AbortController | undefined} */
  #gone;
  /** @type {{ rows: RowList, details: Details, tabs: Tabs, tools: Tools, totals: TotalsLine, announcer: Announcer } | undefined} */
  #parts;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#build(signal);
    this.#listen(signal);
    this.#update();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#opening);
    clearInterval(this.#countdown);
    this.#frame = 0;
    this.#opening = undefined;
  }

  /** @param {AbortSignal} signal */
  #build(signal) {
    const rows = new RowList(this.#model, (row, how) => this.#choose(row, how), signal);
    const back = () => {
      this.removeAttribute("data-open");
      rows.focus();
    };
    const details = new Details(this.#dissections, (row) => this.#goTo(row), back, signal);
    const body = el("div", { class: "body" });
    const tabs = new Tabs((conn) => this.#tab(conn), body, signal);
    const said = (/** @type {string | undefined} */ text) => {
      if (text !== undefined) announcer.say(text);
      this.#update();
    };
    const tools = new Tools(this.#model, said, () => rows.focus(), signal);
    const totals = new TotalsLine();
    const announcer = new Announcer(signal);
    this.#parts = { rows, details, tabs, tools, totals, announcer };

    const upright = () => getComputedStyle(this.#panes).flexDirection === "row";
    const aside = el("div", { class: "pane-details" }, button("‹ Rows", back, { class: "btn small back" }), details.root);
    this.#panes.replaceChildren(el("div", { class: "pane-rows" }, rows.root), splitter(this.#panes, upright, signal), aside);
    body.append(this.#state, this.#empty, this.#panes);
    this.replaceChildren(
      el("div", { class: "overview" }, tabs.root, totals.root, this.#toolsButton(), this.#tallButton()),
      tools.root,
      tools.fault,
      body,
      announcer.node,
    );
    this.#fillEmpty();
    new Tooltip(this, signal);
  }

  /** Where there is little height, the tools wait behind a button. */
  #toolsButton() {
    const node = button("Tools", () => {
      const open = this.toggleAttribute("data-tools");
      node.setAttribute("aria-expanded", String(open));
      if (open) this.#parts?.tools.focus();
    }, { class: "btn small for-tools", "aria-expanded": "false" });
    return node;
  }

  /** Where the panel is a sheet at the page's lower edge, it can be made taller. */
  #tallButton() {
    const node = button("Taller", () => {
      const tall = this.toggleAttribute("data-tall");
      node.textContent = tall ? "Shorter" : "Taller";
    }, { class: "btn small for-tall" });
    return node;
  }

  #fillEmpty() {
    const lab = document.querySelector("wu-echo-lab, wu-masking-lab, wu-predict") !== null;
    const where = lab ? "Send a message from a lab on this page" : "Send a message from a lesson's lab";
    const terminal = el("wu-terminal", { line: "websocat '{wsorigin}/echo?wire={wire}'" }, el("pre", { class: "line", tabindex: "0" }, el("code")));
    this.#empty.replaceChildren(
      el("p", { class: "nothing-title" }, "Nothing has crossed your wire yet."),
      el("p", {}, `${where}, or paste this line into a terminal and type. What crosses stands here at once, byte by byte.`),
      terminal,
    );
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const feed = pageFeed();
    feed.addEventListener("items", (e) => this.#take(/** @type {CustomEvent<Item[]>} */ (e).detail), { signal });
    feed.addEventListener("restart", () => this.#restart(), { signal });
    feed.addEventListener("state", (e) => this.#feedState(/** @type {CustomEvent<StateDetail>} */ (e).detail), { signal });
    this.#feedState({ state: feed.state, wait: 0, reason: "" });
    document.addEventListener("socket-close", (e) => this.#socketClosed(/** @type {CustomEvent<PageClose>} */ (e).detail), { signal });
    document.addEventListener("socket-send", (e) => this.#socketSent(/** @type {CustomEvent} */ (e).detail), { signal });
    document.addEventListener("socket-goodbye", (e) => this.#goodbye(/** @type {CustomEvent} */ (e).detail), { signal });
    document.addEventListener("wire-select", (e) => this.#selectMessage(/** @type {CustomEvent} */ (e).detail), { signal });
    document.addEventListener(
      "keydown",
      (e) => {
        if (e.key !== "/" || !plain(e) || typing(e) || e.defaultPrevented) return;
        e.preventDefault();
        this.setAttribute("data-tools", "");
        this.#parts?.tools.focus();
      },
      { signal },
    );
  }

  /** @param {Item[]} items */
  #take(items) {
    const added = this.#model.add(items);
    this.#parts?.announcer.arrived(added);
    for (const row of added) if (this.#awaited(row)) this.#open(row.message ?? row);
    this.#update();
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
    this.#model.restart();
    this.#dissections.forget();
    this.#update();
  }

  /**
   * open shows a row without the reader's doing, unless the reader chose one.
   * @param {Row} row
   */
  #open(row) {
    if (this.#chosen) return;
    this.#next = row;
    this.#opening ??= setTimeout(() => {
      this.#opening = undefined;
      if (this.#chosen || !this.#next || !this.#parts || this.#parts.details.held) return;
      this.#parts.rows.show(this.#next);
      this.#parts.details.show(this.#next);
    }, AUTO);
  }

  /**
   * choose is the reader's own choice of a row. A press leaves the keyboard where it is, unless the
   * details take the rows' place.
   * @param {Row} row
   * @param {"move" | "press" | "open"} how
   */
  #choose(row, how) {
    this.#chosen = true;
    this.#parts?.details.show(row);
    if (how !== "move") this.setAttribute("data-open", "");
    if (how === "open" || (how === "press" && this.#parts?.rows.root.offsetParent === null)) this.#parts?.details.focus();
    this.#update();
  }

  /** @param {Row} row */
  #goTo(row) {
    if (!this.#parts) return;
    this.#parts.rows.show(row);
    this.#parts.rows.reveal();
    this.#parts.details.show(row);
  }

  /** @param {number | undefined} conn */
  #tab(conn) {
    this.#model.tab = conn;
    this.#update();
  }

  /** @param {PageClose} close */
  #socketClosed(close) {
    this.#model.closed(close);
    this.#update();
  }

  /** @param {{ socket: string, message: number, blob: boolean }} sent */
  #socketSent({ socket, message, blob }) {
    if (blob) this.#model.sentBlob(socket, message);
    this.#expect();
  }

  /** @param {{ socket: string }} leaving */
  #goodbye({ socket }) {
    this.#parting = socket;
    this.#expect();
  }

  /** Who sends wants to see what becomes of it: the next awaited row opens by itself again. */
  #expect() {
    this.#chosen = false;
    this.#parts?.rows.resume();
    this.#update();
  }

  /**
   * A row is wanted by its event's number, or by its message on a page's own socket.
   * @param {{ seq: number } | { socket: string, direction: "up" | "down", message: number }} wanted
   */
  #selectMessage(wanted) {
    const row = "seq" in wanted ? this.#model.numbered(wanted.seq) : this.#model.find(wanted.socket, wanted.direction, wanted.message);
    if (row === undefined) {
      this.#parts?.announcer.say("The page no longer has that row.");
      return;
    }
    this.setAttribute("data-open", "");
    this.#goTo(row);
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
      button("Try now", () => pageFeed().retry(), { class: "btn small" }),
    );
    this.#state.hidden = false;
  }

  #update() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    if (!this.#parts) return;
    const { rows, details, tabs, tools, totals } = this.#parts;
    const model = this.#model;
    const bare = model.size === 0 && model.waiting === 0 && model.conns.size === 0;
    this.#empty.hidden = !bare;
    this.#panes.hidden = bare;
    tabs.update(model.conns, model.tab);
    totals.update(model);
    rows.update();
    void model.rows; // counts what it hides
    tools.update();
    details.show(rows.selected);
  }
}
