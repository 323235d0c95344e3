// <wu-measured>: fills the tables inside it with what the reader has measured. A cell with
// data-measure="polling" gets that measure; data-race gets the last race, lane by lane.
import { button, el, write } from "./dom.js";
import { bytes, number } from "./format.js";
import { measures } from "./measures-follow.js";
import { measured } from "./measures.js";
import { inWords } from "./measures-words.js";
import { nameOf } from "./race-lanes.js";
import { time } from "./timeline-scale.js";

/** @import { How } from "./race-sums.js" */

export class WuMeasured extends HTMLElement {
  static define(tag = "wu-measured", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const tools = this.querySelector("[data-tools]");
    if (tools instanceof HTMLElement && tools.childElementCount === 0) tools.append(button("Print this page", () => print(), { class: "btn primary" }));
    measures.addEventListener("change", () => this.#show(), { signal });
    // Another tab measures too.
    addEventListener("storage", () => this.#show(), { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #show() {
    const all = measured();
    let count = 0;
    const cells = this.querySelectorAll("[data-measure]");
    for (const cell of cells) {
      if (!(cell instanceof HTMLElement)) continue;
      const text = inWords(all, cell.dataset["measure"] ?? "");
      cell.classList.toggle("unmeasured", text === undefined);
      if (text === undefined) continue;
      count++;
      write(cell, text);
    }
    this.dataset["measured"] = String(count);
    this.#race(all.race);
  }

  /** @param {import("./measures.js").Race | undefined} race */
  #race(race) {
    const place = this.querySelector("[data-race]");
    if (place === null || race === undefined) return;
    const head = ["transport", "requests", "up", "down", "median delay", "worst"];
    const said = `Seed ${number(race.seed)}: forty updates of ${bytes(race.size)}, ${race.rate} a second, the server ${time(race.oneWay)} away, a poll every ${time(race.every)}. Raced on ${new Date(race.until).toLocaleDateString("en-GB", { dateStyle: "long" })}.`;
    place.replaceChildren(
      el("p", {}, said),
      el("table", { class: "race-table" }, el("caption", { class: "visually-hidden" }, "Your race"), el("thead", {}, el("tr", {}, ...head.map((text, i) => el("th", { scope: "col", class: i > 0 && "n" }, text)))), el("tbody", {}, ...race.lanes.map((l) => el("tr", {}, el("th", { scope: "row" }, nameOf(/** @type {How} */ (l.how))), ...[number(l.requests), bytes(l.up), bytes(l.down), time(l.median), time(l.worst)].map((text) => el("td", { class: "n" }, text)))))),
    );
  }
}
