// <wu-decoded>: events that were decoded from a text, in a log of their own under a banner that says so.
// Emits decoded-select {seqs} when another row is chosen.
import { el, freshId, write } from "./dom.js";
import { plural } from "./format.js";
import { LogView } from "./log-view.js";
import { Tooltip } from "./tooltip.js";

/** @import { WireEvent } from "./event-types.js" */

/** @typedef {{ took: string, why: string, form: string, bytes: number, omitted: number, events: WireEvent[] }} Decoded */

const PEOPLE = { page: "The client" };

export class WuDecoded extends HTMLElement {
  static define(tag = "wu-decoded", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {LogView | undefined} */
  #view;
  /** @type {Map<number, WireEvent>} */
  #events = new Map();
  #what = el("p", { class: "what" });
  #nothing = el("p", { class: "nothing" }, "Paste bytes, or choose a sample: what they say stands here as you type.");
  #chosen = "";

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const source = {
      /** @param {number} seq */
      get: (seq) => {
        const event = this.#events.get(seq);
        return event ? Promise.resolve(event) : Promise.reject(new Error("These bytes are no longer in the text."));
      },
    };
    this.#view = new LogView(source, { rows: "Decoded: what the bytes say", mark: "DECODED", people: PEOPLE, drawn: () => this.#drawn() }, signal);
    this.#view.body.prepend(this.#nothing);
    const id = freshId("decoded");
    this.setAttribute("role", "region");
    this.setAttribute("aria-labelledby", id);
    const banner = el(
      "div",
      { class: "decoded-banner" },
      el("h2", { id }, el("span", { class: "sign" }, "DECODED"), " not live traffic"),
      this.#what,
    );
    this.replaceChildren(banner, this.#view.root);
    new Tooltip(this, signal);
    this.#view.update();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  /**
   * show puts other events in the place of those that stand there. The row that was open stays so,
   * if there still is one at its place.
   * @param {Decoded} decoded
   */
  show(decoded) {
    const view = this.#view;
    if (!view) return;
    const before = view.selected?.first?.seq;
    this.#events = new Map(decoded.events.map((e) => [e.seq, e]));
    this.#chosen = "";
    view.empty();
    view.model.add(decoded.events);
    const omitted = decoded.omitted > 0 ? [`${plural(decoded.omitted, "more event")} of this text ${decoded.omitted === 1 ? "is" : "are"} not shown (limit: events of one dissection).`] : [];
    write(this.#what, [decoded.why, ...omitted].join(" "));
    const seq = (decoded.events.find((e) => e.kind !== "open") ?? decoded.events[0])?.seq;
    const row = (before !== undefined && view.model.numbered(before)) || (seq !== undefined ? view.model.numbered(seq) : undefined);
    if (row) view.goTo(row.message ?? row);
    view.update();
  }

  /**
   * stale says whether the rows are of a text that has changed since.
   * @param {boolean} stale
   */
  set stale(stale) {
    this.toggleAttribute("data-stale", stale);
  }

  #drawn() {
    const view = this.#view;
    if (!view) return;
    const empty = view.model.size === 0;
    this.#nothing.hidden = !empty;
    view.panes.hidden = empty;
    const row = view.selected;
    const seqs = row ? (row.parts ?? [row]).flatMap((r) => (r.event ? [r.event.seq] : [])) : [];
    const key = seqs.join(" ");
    if (key === this.#chosen) return;
    this.#chosen = key;
    this.dispatchEvent(new CustomEvent("decoded-select", { bubbles: true, detail: { seqs } }));
  }
}
