// The inspector's tools: filter, pause, hide control frames, clear.
import { button, el, freshId, write } from "./dom.js";
import { parseFilter } from "./filter.js";
import { number } from "./format.js";

/** @import { Fault } from "./filter.js" */
/** @import { Model } from "./model.js" */

const EXAMPLE = 'op:ping dir:up len>125 "text"';

export class Tools {
  root = el("div", { class: "controls", role: "group", "aria-label": "Filter and view" });
  fault = el("p", { class: "fault", role: "alert", hidden: true });
  #model;
  #changed;
  #filter;
  #pause;
  #hide;
  #matches = el("span", { class: "matches", role: "status" });
  #faultId = freshId("fault");

  /**
   * @param {Model} model
   * @param {(said?: string) => void} changed is told of each change, and what to announce
   * @param {() => void} leave gives the keyboard back to the rows
   * @param {AbortSignal} signal
   */
  constructor(model, changed, leave, signal) {
    this.#model = model;
    this.#changed = changed;
    this.fault.id = this.#faultId;
    this.#filter = el("input", { type: "search", class: "filter", placeholder: EXAMPLE, "aria-label": "Filter rows", "aria-keyshortcuts": "/", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    this.#filter.addEventListener("input", () => this.#read(), { signal });
    this.#filter.addEventListener("keydown", (e) => this.#key(e, leave), { signal });
    this.#pause = button("Pause", () => this.#toggle(), { class: "btn small" });
    this.#hide = button("Hide control", () => this.#toggleControl(), { class: "btn small", "aria-pressed": "false", "data-tip": "Close, ping and pong are control frames." });
    const clear = button("Clear", () => this.#clear(), { class: "btn small", "data-tip": "Empties this page's rows and sums. The server's log keeps its own." });
    this.root.append(this.#filter, this.#matches, this.#pause, this.#hide, clear);
  }

  focus() {
    this.#filter.focus();
    this.#filter.select();
  }

  /**
   * filter writes a query for the reader, who may change it.
   * @param {string} query
   */
  filter(query) {
    this.#filter.value = query;
    this.#read();
  }

  update() {
    const { paused, waiting, hideControl, hidden, filtered, matching } = this.#model;
    write(this.#matches, filtered ? matching === 1 ? "1 row matches" : `${number(matching)} rows match` : "");
    write(this.#pause, paused ? `Resume · ${number(waiting)} waiting` : "Pause");
    write(this.#hide, hideControl ? `Control: ${number(hidden)} hidden` : "Hide control");
    this.#hide.setAttribute("aria-pressed", String(hideControl));
    this.#pause.classList.toggle("on", paused);
  }

  #toggle() {
    if (this.#model.paused) {
      const n = this.#model.resume().length;
      this.#changed(`Going on. ${n} rows came meanwhile.`);
    } else {
      this.#model.pause();
      this.#changed("Paused. What arrives waits.");
    }
  }

  #toggleControl() {
    this.#model.hideControl = !this.#model.hideControl;
    void this.#model.rows; // counts what it hides
    this.#changed(this.#model.hideControl ? `${this.#model.hidden} control frames hidden.` : "Control frames shown.");
  }

  #clear() {
    this.#model.clear();
    this.#changed("Cleared: the rows of this page. The server's log keeps its own.");
  }

  #read() {
    const parsed = parseFilter(this.#filter.value);
    const bad = "fault" in parsed;
    this.#filter.setAttribute("aria-invalid", String(bad));
    this.fault.hidden = !bad;
    if (bad) {
      this.#filter.setAttribute("aria-describedby", this.#faultId);
      this.fault.replaceChildren(...faultWords(this.#filter.value, parsed.fault));
      return;
    }
    this.#filter.removeAttribute("aria-describedby");
    this.#model.filter = parsed.terms > 0 ? parsed.test : undefined;
    this.#changed();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {() => void} leave
   */
  #key(event, leave) {
    if (event.isComposing || (event.key !== "Escape" && event.key !== "Enter")) return;
    event.preventDefault();
    if (event.key === "Escape" && this.#filter.value !== "") {
      this.#filter.value = "";
      this.#read();
    } else leave();
  }
}

/**
 * faultWords shows the query with the place marked, and what is wrong there.
 * @param {string} query
 * @param {Fault} fault
 */
function faultWords(query, { text, at, length }) {
  const marked = query.slice(at, at + length);
  return [
    el("code", {}, query.slice(0, at), el("mark", {}, marked === "" ? "␣" : marked), query.slice(at + length)),
    ` ${text} The rows stay as they were.`,
  ];
}
