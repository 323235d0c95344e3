// The inspector's rows: a tree grid of fixed-height rows, of which only those in sight are nodes.
import { button, el, freshId, plain, write } from "./dom.js";
import { bytes, ms, number, plural } from "./format.js";

/** @import { Model, Row } from "./model.js" */

const SPARE = 4; // rows above and below what is in sight
const COLUMNS = ["ms", "direction", "type", "data", "DevTools", "payload", "overhead"];

/**
 * A pooled element and what it shows.
 * @typedef {{ root: HTMLElement, cells: HTMLElement[], fold: HTMLElement, type: HTMLElement, text: HTMLElement,
 *   driver: HTMLElement, broken: HTMLElement, tag: HTMLButtonElement, row: Row | undefined, version: number, index: number }} Slot
 */

export class RowList {
  root = el("div", { class: "rowlist" });
  /** @type {Row | undefined} */
  selected;

  #model;
  #select;
  #grid = el("div", { class: "grid", role: "treegrid", tabindex: "0", "aria-colcount": COLUMNS.length });
  #head = el("div", { class: "row head", role: "row", "aria-rowindex": "1" });
  #space = el("div", { class: "space", role: "rowgroup" });
  #more = button("", () => this.toEnd(), { class: "more", hidden: true });
  /** @type {Slot[]} */
  #pool = [];
  /** @type {Row[]} */
  #rows = [];
  #height = 28;
  #frame = 0;
  #drawn = -1; // the model's version on screen
  #atEnd = true;
  #top = 0; // where the grid was scrolled to
  #reading = false; // the reader chose a row above the last one: the end is not followed
  #seen = 0; // key of the newest row when the reader left the end
  #name = freshId("row");

  /**
   * @param {Model} model
   * @param {(row: Row, how: "move" | "press" | "open") => void} select
   * @param {AbortSignal} signal
   * @param {string} name of the rows, for whoever hears them
   */
  constructor(model, select, signal, name) {
    this.#grid.setAttribute("aria-label", name);
    this.#model = model;
    this.#select = select;
    for (const name of COLUMNS) this.#head.append(el("span", { role: "columnheader" }, name));
    this.#grid.append(el("div", { role: "rowgroup", class: "heads" }, this.#head), this.#space);
    this.root.append(this.#grid, this.#more);
    this.#grid.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    this.#grid.addEventListener("keydown", (e) => this.#key(e), { signal });
    this.#grid.addEventListener("focus", () => this.#focused(), { signal });
    this.#space.addEventListener("click", (e) => this.#click(e), { signal });
    const sized = new ResizeObserver(() => this.#sized());
    sized.observe(this.#grid);
    sized.observe(this.#head);
    signal.addEventListener("abort", () => {
      sized.disconnect();
      cancelAnimationFrame(this.#frame);
    });
  }

  /** Whether new rows are kept in sight. */
  get following() {
    return this.#atEnd && !this.#reading;
  }

  update() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  focus() {
    this.#grid.focus({ preventScroll: true });
  }

  /** resume follows the end again, if the reader is there. */
  resume() {
    this.#reading = false;
    this.update();
  }

  /** toEnd goes to the newest row and stays with it. */
  toEnd() {
    this.#reading = false;
    this.#atEnd = true;
    this.#drawn = -1;
    this.update();
  }

  /**
   * show selects a row without the reader's doing.
   * @param {Row | undefined} row
   */
  show(row) {
    this.selected = row;
    this.update();
  }

  /** reveal brings the selected row into sight, on the reader's demand. */
  reveal() {
    const row = this.selected;
    if (row === undefined) return;
    if (row.message) this.#model.fold(row.message, false);
    const index = this.#model.rows.indexOf(row);
    if (index < 0) return;
    this.#draw();
    this.#choose(index, "move");
  }

  #sized() {
    const height = this.#head.offsetHeight;
    if (height > 0 && height !== this.#height) {
      this.#height = height;
      for (const slot of this.#pool) slot.index = -1;
    }
    this.#drawn = -1;
    this.update();
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#grid;
    if (scrollTop + clientHeight >= scrollHeight - 4) {
      if (!this.#atEnd) this.#reading = false;
      this.#atEnd = true;
    } else if (scrollTop < this.#top) {
      // Only a reader scrolls up. A pane that grows lower leaves the end as well, and nobody left it.
      if (this.#atEnd) this.#leave();
      this.#atEnd = false;
    }
    this.#top = scrollTop;
    this.update();
  }

  /** leave remembers which rows the reader has seen. */
  #leave() {
    this.#seen = this.#rows.reduce((max, row) => Math.max(max, row.key), 0);
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#drawn !== this.#model.version) this.#relist();
    const { scrollTop, clientHeight } = this.#grid;
    const first = Math.max(0, Math.floor(scrollTop / this.#height) - SPARE);
    const count = Math.min(Math.ceil(clientHeight / this.#height) + 2 * SPARE, this.#rows.length - first);
    while (this.#pool.length < count) this.#grow();
    const size = this.#pool.length;
    const used = new Set();
    for (let i = first; i < first + count; i++) {
      const slot = this.#pool[i % size];
      const row = this.#rows[i];
      if (slot === undefined || row === undefined) continue;
      used.add(slot);
      this.#paint(slot, row, i);
    }
    for (const slot of this.#pool) slot.root.hidden = !used.has(slot);
    this.#active();
    this.#unread();
  }

  /** relist takes the model's rows, and keeps what the reader looks at where it is. */
  #relist() {
    const before = this.#rows;
    const rows = this.#model.rows;
    const { scrollTop } = this.#grid;
    const top = Math.floor(scrollTop / this.#height);
    this.#rows = rows;
    this.#drawn = this.#model.version;
    this.#space.style.height = `${rows.length * this.#height}px`;
    this.#grid.setAttribute("aria-rowcount", String(rows.length + 1));
    if (this.following) {
      this.#grid.scrollTop = this.#grid.scrollHeight;
      return;
    }
    const shift = shiftOf(before, rows, top);
    if (shift !== 0) this.#grid.scrollTop = scrollTop + shift * this.#height;
  }

  #grow() {
    const fold = el("span", { class: "fold", "aria-hidden": "true" });
    const type = el("span");
    const text = el("span", { class: "text" });
    const driver = el("span", { class: "driver" });
    const broken = el("span", { class: "broken" });
    const tag = el("button", { type: "button", class: "tag", tabindex: "-1" });
    const cells = COLUMNS.map((_, i) => el("span", { role: "gridcell", "aria-colindex": i + 1 }));
    cells[2]?.append(fold, type);
    cells[3]?.append(driver, text, broken);
    cells[4]?.append(tag);
    const root = el("div", { class: "row", role: "row", id: `${this.#name}-${this.#pool.length}` }, ...cells);
    this.#space.append(root);
    this.#pool.push({ root, cells, fold, type, text, driver, broken, tag, row: undefined, version: -1, index: -1 });
    for (const slot of this.#pool) slot.index = -1; // the pool's size decides which slot shows which row
  }

  /**
   * @param {Slot} slot
   * @param {Row} row
   * @param {number} index
   */
  #paint(slot, row, index) {
    const { root } = slot;
    if (slot.index !== index) {
      slot.index = index;
      root.style.transform = `translateY(${index * this.#height}px)`;
      root.setAttribute("aria-rowindex", String(index + 2));
    }
    if (slot.row !== row || slot.version !== row.version) {
      slot.row = row;
      slot.version = row.version;
      fill(slot, row);
    }
    const selected = row === this.selected;
    root.classList.toggle("selected", selected);
    set(root, "aria-selected", String(selected));
    slot.tag.tabIndex = selected ? 0 : -1;
  }

  /** active tells the grid which element stands for the selected row, if it is in sight. */
  #active() {
    const slot = this.#pool.find((s) => !s.root.hidden && s.row === this.selected);
    if (slot && this.selected) this.#grid.setAttribute("aria-activedescendant", slot.root.id);
    else this.#grid.removeAttribute("aria-activedescendant");
  }

  #unread() {
    let n = 0;
    if (!this.following) for (let i = this.#rows.length - 1; i >= 0 && (this.#rows[i]?.key ?? 0) > this.#seen; i--) n++;
    this.#more.hidden = n === 0;
    if (n > 0) this.#more.textContent = `${number(n)} new ↓`;
    this.#more.setAttribute("aria-label", `${plural(n, "new row")}: go to the end`);
  }

  #focused() {
    if (this.selected === undefined && this.#rows.length > 0) this.#choose(this.#rows.length - 1, "move");
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = event.target instanceof Element ? event.target : undefined;
    const root = target?.closest(".row");
    const slot = this.#pool.find((s) => s.root === root);
    if (slot?.row === undefined) return;
    if (target?.closest(".fold") && slot.row.parts) {
      this.#model.fold(slot.row, !slot.row.folded);
      this.update();
      return;
    }
    this.#choose(slot.index, target?.closest(".tag") ? "move" : "press");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!plain(event) || event.target !== this.#grid) return;
    const at = this.selected ? this.#rows.indexOf(this.selected) : -1;
    const page = Math.max(1, Math.floor(this.#grid.clientHeight / this.#height) - 2);
    const last = this.#rows.length - 1;
    /** @type {Record<string, () => number>} */
    const moves = {
      ArrowDown: () => at + 1,
      ArrowUp: () => (at < 0 ? last : at - 1),
      PageDown: () => at + page,
      PageUp: () => at - page,
      Home: () => 0,
      End: () => last,
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      this.#choose(Math.max(0, Math.min(last, move())), "move");
    } else if (event.key === "Enter" && this.selected) {
      event.preventDefault();
      this.#select(this.selected, "open");
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      this.#foldKey(at, event.key === "ArrowLeft");
    }
  }

  /**
   * foldKey folds and unfolds as in any tree: left also goes to the message, right into it.
   * @param {number} at
   * @param {boolean} left
   */
  #foldKey(at, left) {
    const row = this.#rows[at];
    if (row === undefined) return;
    if (this.#model.fold(row, left)) this.update();
    else if (left && row.message) this.#choose(this.#rows.indexOf(row.message), "move");
    else if (!left && row.parts) this.#choose(at + 1, "move");
  }

  /**
   * @param {number} index
   * @param {"move" | "press" | "open"} how
   */
  #choose(index, how) {
    const row = this.#rows[index];
    if (row === undefined) return;
    this.selected = row;
    const reading = index < this.#rows.length - 1;
    if (reading && this.following) this.#leave();
    this.#reading = reading;
    this.#intoSight(index);
    this.update();
    this.#select(row, how);
  }

  /** @param {number} index */
  #intoSight(index) {
    const { scrollTop, clientHeight } = this.#grid;
    const top = index * this.#height;
    const below = top + 2 * this.#height - clientHeight; // the heads take a row's height
    if (top < scrollTop) this.#grid.scrollTop = top;
    else if (below > scrollTop) this.#grid.scrollTop = below;
  }
}

/**
 * shiftOf is by how many rows what stood at index top has moved.
 * @param {Row[]} before
 * @param {Row[]} rows
 * @param {number} top
 */
function shiftOf(before, rows, top) {
  if (before[top] === rows[top]) return 0;
  const places = new Map(rows.map((row, i) => [row, i]));
  for (const [i, row] of before.entries()) {
    const now = i < top ? undefined : places.get(row);
    if (now !== undefined) return now - i;
  }
  return 0;
}

/**
 * fill writes a row into its slot.
 * @param {Slot} slot
 * @param {Row} row
 */
function fill(slot, row) {
  const { root, cells, fold, type, text, driver, broken, tag } = slot;
  const e = row.first;
  const up = row.direction === "up";
  const name = `row ${e === undefined ? "told" : up ? "up" : "down"}${row.control ? " control" : ""}${row.message ? " part" : ""}${row.broken ? " bad" : ""}`;
  if (root.className !== name) root.className = name;
  set(root, "aria-level", row.message ? "2" : "1");
  if (row.parts) set(root, "aria-expanded", String(!row.folded));
  else root.removeAttribute("aria-expanded");
  const [time, arrow, , , , payload, overhead] = cells;
  write(time, e ? ms(e.at) : "");
  write(arrow, e === undefined ? "" : up ? "↑" : "↓");
  if (arrow) set(arrow, "aria-label", e === undefined ? "" : up ? "up" : "down");
  write(fold, row.parts ? (row.folded ? "▸" : "▾") : row.message ? "└" : "");
  write(type, row.type);
  write(text, row.data);
  write(driver, e?.driver && e.driver !== "page" ? e.driver : "");
  write(broken, row.broken ? "breaks a rule" : "");
  const { mark = "", why = "" } = row.devtools ?? {};
  tag.hidden = mark === "";
  write(tag, mark);
  tag.className = `tag ${mark}`;
  set(tag, "data-tip", why);
  write(payload, e ? (row.payload < 1e6 ? number(row.payload) : bytes(row.payload)) : ""); // a cell holds no more digits
  write(overhead, e ? number(row.overhead) : "");
}

/**
 * set changes an attribute only if it differs: each change costs a look at the styles.
 * @param {HTMLElement} node
 * @param {string} name
 * @param {string} value
 */
function set(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
