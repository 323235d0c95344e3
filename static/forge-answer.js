// What came back for forged bytes: in words, the rules that were broken, and in hex.
import { button, el } from "./dom.js";
import { expected } from "./forge-plan.js";
import { backWords } from "./forge-words.js";
import { plural } from "./format.js";
import { parse, spaced, utf8 } from "./hex.js";
import { refLink } from "./field-table.js";

/** @import { WireEvent } from "./event-types.js" */
/** @import { ForgeAnswer, Preset } from "./forge-types.js" */

const EVENTS = 48; // that are listed
const SHOWN = 128; // bytes of hex, or twice as many characters of a refusal

export class AnswerView {
  root = el("div", { class: "forge-answer" });
  #words = el("p", { class: "came", role: "status" });
  #rules = el("div", { class: "rules" });
  #bytes = el("div");
  #select;

  /** @param {(seq: number) => void} select is told the event that the reader wants to see */
  constructor(select) {
    this.#select = select;
    this.root.append(this.#words, this.#rules, this.#bytes);
    this.root.hidden = true;
  }

  /**
   * say shows a line instead of an answer.
   * @param {string} text
   */
  say(text) {
    this.root.hidden = false;
    this.#write(text);
    this.#rules.replaceChildren();
    this.#bytes.replaceChildren();
  }

  /**
   * show shows an answer with what the wire has told of its connection so far.
   * @param {ForgeAnswer} answer
   * @param {WireEvent[]} events
   * @param {Preset} [preset] whose answer this must be
   */
  show(answer, events, preset) {
    this.root.hidden = false;
    const match = preset && answer.status === 101 ? expected(preset.mirror, answer) : undefined;
    this.#write([...backWords(answer, events), ...(match ? [match.words] : [])].join(" "));
    const up = events.filter((e) => e.direction === "up" && e.kind === "frame");
    this.#rules.replaceChildren(...up.flatMap((e) => (e.violations ?? []).map((v) => el("p", { class: "violation" }, el("strong", {}, "Breaks a rule. "), v.detail, " ", v.text, " ", refLink(v.ref)))));
    this.#bytes.replaceChildren(...this.#events(events), ...this.#received(answer));
    const sent = up[0];
    if (sent) this.#bytes.append(button("Show the frame in the panel", () => this.#select(sent.seq), { class: "link" }));
  }

  /**
   * The same words again are no news to whoever hears the page.
   * @param {string} text
   */
  #write(text) {
    if (this.#words.textContent !== text) this.#words.textContent = text;
  }

  /**
   * The frames that crossed, in order, where there were more than one and its answer.
   * @param {WireEvent[]} events
   */
  #events(events) {
    const crossed = events.filter((e) => e.kind === "frame" || e.kind === "bytes");
    if (crossed.length <= 2) return [];
    const rest = crossed.length - EVENTS;
    const items = crossed.slice(0, EVENTS).map((e) =>
      el("li", { class: e.direction }, el("span", { "aria-hidden": "true" }, e.direction === "up" ? "↑ " : "↓ "), el("span", { class: "visually-hidden" }, e.direction === "up" ? "sent: " : "came back: "), button(e.summary, () => this.#select(e.seq), { class: "link" }), (e.violations ?? []).length > 0 && " breaks a rule"),
    );
    return [el("p", { class: "caption" }, "What crossed, in order:"), el("ol", { class: "crossed" }, ...items), rest > 0 && el("p", { class: "caption" }, `… and ${plural(rest, "more event")}, in the panel.`)].filter((node) => node !== false);
  }

  /** @param {ForgeAnswer} answer */
  #received({ received, receivedLength, status }) {
    if (receivedLength === 0) return [];
    const bytes = parse(received);
    const head = status === 101 ? undefined : utf8(bytes.subarray(0, 2 * SHOWN));
    const shown = head ?? spaced(received.slice(0, 2 * SHOWN));
    const rest = receivedLength - (head === undefined ? Math.min(SHOWN, bytes.length) : Math.min(2 * SHOWN, bytes.length));
    return [
      el("p", { class: "caption" }, `Received, ${plural(receivedLength, "byte")}${rest > 0 ? `, of which ${receivedLength - rest} stand here` : ""}:`),
      el("pre", { class: "line", tabindex: "0" }, el("code", {}, shown)),
    ];
  }
}
