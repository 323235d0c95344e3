// A log on screen: tabs, sums, tools, rows, and the chosen row's details, all of one model. The live
// wire is shown by one of these, and a replay by another.
import { Announcer } from "./announcer.js";
import { button, el } from "./dom.js";
import { Details } from "./inspector-details.js";
import { RowList } from "./inspector-rows.js";
import { Tabs } from "./inspector-tabs.js";
import { Tools } from "./inspector-tools.js";
import { TotalsLine } from "./inspector-totals.js";
import { Model } from "./model.js";
import { splitter } from "./splitter.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { Pointed } from "./inspector-details.js" */
/** @import { Row } from "./model.js" */

const AUTO = 120; // milliseconds at least between two rows that open by themselves

/**
 * @typedef {{ get(seq: number, signal: AbortSignal): Promise<WireEvent> }} Source where dissections come from
 */

export class LogView {
  root = el("div", { class: "view" });
  overview = el("div", { class: "overview" });
  body = el("div", { class: "body" });
  panes = el("div", { class: "panes" });
  model = new Model();
  alone = false; // what is open is in no row of the list
  chosen = false; // the reader chose the open row; until then rows open by themselves
  announcer;
  #rows;
  #details;
  #tabs;
  #tools;
  #totals = new TotalsLine();
  #frame = 0;
  #drawn;
  /** @type {Row | undefined} the row that opens next by itself */
  #next;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #opening;

  /**
   * @param {Source} source
   * @param {{ rows: string, mark?: string, people?: Record<string, string>, drawn?: () => void }} words
   *   what the rows are called; a mark before each connection's name; who drives, by driver; drawn
   *   is called after each drawing
   * @param {AbortSignal} signal
   */
  constructor(source, { rows: name, mark = "", people, drawn = () => {} }, signal) {
    this.#drawn = drawn;
    this.#rows = new RowList(this.model, (row, how) => this.#choose(row, how), signal, name);
    const back = () => {
      this.root.removeAttribute("data-open");
      this.#rows.focus();
    };
    this.#details = new Details(source, (row) => this.goTo(row), back, signal, people);
    this.#tabs = new Tabs((conn) => {
      this.model.tab = conn;
      this.update();
    }, this.body, signal, mark);
    this.announcer = new Announcer(signal);
    this.#tools = new Tools(this.model, (text) => {
      if (text !== undefined) this.announcer.say(text);
      this.update();
    }, () => this.#rows.focus(), signal);
    const upright = () => getComputedStyle(this.panes).flexDirection === "row";
    const aside = el("div", { class: "pane-details" }, button("‹ Rows", back, { class: "btn small back" }), this.#details.root);
    this.panes.append(el("div", { class: "pane-rows" }, this.#rows.root), splitter(this.panes, upright, signal), aside);
    this.overview.append(this.#tabs.root, this.#totals.root, this.#toolsButton());
    this.body.append(this.panes);
    this.root.append(this.overview, this.#tools.root, this.#tools.fault, this.body, this.announcer.node);
    signal.addEventListener("abort", () => {
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#opening);
      this.#frame = 0;
      this.#opening = undefined;
    });
  }

  /** Where there is little height, the tools wait behind a button. */
  #toolsButton() {
    const node = button("Tools", () => {
      const open = this.root.toggleAttribute("data-tools");
      node.setAttribute("aria-expanded", String(open));
      if (open) this.#tools.focus();
    }, { class: "btn small for-tools", "aria-expanded": "false" });
    return node;
  }

  /** The row that is open. */
  get selected() {
    return this.#rows.selected;
  }

  /**
   * addTool puts something of its owner's behind the tools.
   * @param {Node} node
   */
  addTool(node) {
    this.#tools.root.append(node);
  }

  /** @param {string} query */
  filter(query) {
    this.#tools.filter(query);
  }

  focusFilter() {
    this.root.setAttribute("data-tools", "");
    this.#tools.focus();
  }

  /** resume follows the newest row again. */
  resume() {
    this.chosen = false;
    this.#rows.resume();
    this.update();
  }

  /** empty begins again with nothing. */
  empty() {
    this.model.clear();
    this.model.conns.clear();
    this.#rows.show(undefined);
    this.#details.show(undefined);
    this.resume();
  }

  /**
   * open shows a row without the reader's doing, unless the reader chose one.
   * @param {Row} row
   */
  open(row) {
    if (this.chosen) return;
    this.#next = row;
    this.#opening ??= setTimeout(() => {
      this.#opening = undefined;
      if (this.chosen || !this.#next || this.#details.held) return;
      this.show(this.#next);
    }, AUTO);
  }

  /** @param {Row} row */
  show(row) {
    this.alone = false;
    this.#rows.show(row);
    this.#details.show(row);
  }

  /**
   * choose is the reader's own choice of a row. A press leaves the keyboard where it is, unless the
   * details take the rows' place.
   * @param {Row} row
   * @param {"move" | "press" | "open"} how
   */
  #choose(row, how) {
    this.alone = false;
    this.chosen = true;
    this.#details.show(row);
    if (how !== "move") this.root.setAttribute("data-open", "");
    if (how === "open" || (how === "press" && this.#rows.root.offsetParent === null)) this.#details.focus();
    this.update();
  }

  /**
   * goTo brings a row into sight and opens it, and points at one of its bytes.
   * @param {Row} row
   * @param {Pointed} [pointed]
   */
  goTo(row, pointed) {
    this.#rows.show(row);
    this.#rows.reveal();
    this.#details.show(row);
    if (pointed) this.#details.point(pointed);
  }

  /**
   * showAlone opens what is in no row of the list.
   * @param {Row} row
   * @param {Pointed} [pointed]
   */
  showAlone(row, pointed) {
    this.chosen = true;
    this.show(row);
    this.alone = true;
    if (pointed) this.#details.point(pointed);
    if (row.notice) this.announcer.say(row.notice);
    this.update();
  }

  update() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { model } = this;
    this.#tabs.update(model.conns, model.tab);
    this.#totals.update(model);
    this.#rows.update();
    void model.rows; // counts what it hides
    this.#tools.update();
    this.#details.show(this.#rows.selected);
    this.#drawn();
  }
}
