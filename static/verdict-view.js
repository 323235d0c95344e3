// A verdict on a card: its state in a shape and a word, what is proven, or which byte is wrong.
import { button, el } from "./dom.js";
import { refLink } from "./field-table.js";
import { number } from "./format.js";
import { standing } from "./standing.js";

/** @import { ExerciseMessage, Progress, Verdict } from "./attempt-types.js" */

const LINKED = 8; // proving events that are named; there may be many more
const SHORT = 32; // characters that may stand in the sentence and in the list; longer ones stand once

/** @type {Record<Verdict["state"], [mark: string, word: string]>} */
const STATES = {
  "not yet": ["○", "Not yet."],
  passed: ["✓", "Passed."],
  wrong: ["✗", "Not right yet."],
  "can't tell": ["?", "Can’t tell here."],
};

export class VerdictView {
  root = el("div", { class: "verdict" });
  #say = el("p", { class: "say", role: "status" });
  #more = el("div", { class: "more-of-it" });
  #key = "";

  constructor() {
    this.root.append(this.#say, this.#more);
  }

  /**
   * show writes what is known; undefined while the server has said nothing.
   * @param {ExerciseMessage | undefined} x
   * @param {string} [trouble] why the server says nothing
   */
  show(x, trouble = "") {
    const key = JSON.stringify([x?.verdict, x?.progress, trouble]);
    if (key === this.#key) return;
    this.#key = key;
    if (x === undefined) {
      this.#say.replaceChildren(mark("…"), trouble || "Asking the server for your word.");
      this.#more.replaceChildren();
      return;
    }
    const [shape, word] = STATES[x.verdict.state] ?? STATES["not yet"];
    this.root.dataset["state"] = x.verdict.state;
    this.#say.replaceChildren(mark(shape), el("b", {}, word), " ", x.verdict.say ?? "");
    this.#more.replaceChildren(...[this.#fault(x.verdict), this.#proof(x.verdict), before(x), kept(x.progress), trouble !== "" && el("p", { class: "note" }, trouble)].filter((node) => node instanceof Node));
  }

  /** @param {Verdict} v */
  #fault({ state, say = "", proof = [], offset = -1, want = "", came = "", ref = "" }) {
    if (state !== "wrong") return undefined;
    const [seq] = proof;
    const quoted = came.length > SHORT && say.includes(came);
    const pairs = [
      ["where", seq !== undefined && this.#link(offset >= 0 ? `byte ${number(offset)} of event ${number(seq)}` : `event ${number(seq)}`, { seq, ...(offset >= 0 ? { fault: { offset, want, came } } : {}) })],
      ["expected", want !== "" && el("code", {}, want)],
      ["came", came !== "" && !quoted && el("code", {}, came)],
      ["rule", ref !== "" && (refLink(ref) ?? ref)],
    ];
    return el("dl", { class: "fault-list" }, ...pairs.flatMap(([name, what]) => (what ? [el("dt", {}, String(name)), el("dd", {}, what)] : [])));
  }

  /** @param {Verdict} v */
  #proof({ state, proof = [] }) {
    if (state === "wrong" || proof.length === 0) return undefined;
    const lead = { passed: "Proven by", "not yet": "Seen so far:", "can't tell": "Told by" }[state];
    const links = proof.slice(0, LINKED).flatMap((seq, i) => [i > 0 ? ", " : " ", this.#link(`event ${number(seq)}`, { seq })]);
    const rest = proof.length - LINKED;
    return el("p", { class: "proof" }, lead, ...links, rest > 0 && ` and ${number(rest)} more`);
  }

  /**
   * @param {string} text
   * @param {object} detail
   */
  #link(text, detail) {
    return button(text, () => this.root.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail })), { class: "link" });
  }
}

/** @param {string} shape */
function mark(shape) {
  return el("span", { class: "glyph", "aria-hidden": "true" }, shape);
}

/**
 * before says what lasts of earlier tries.
 * @param {ExerciseMessage} x
 */
function before(x) {
  const { progress: p, verdict } = x;
  if (verdict.state === "passed" || !p?.passed) return undefined;
  const when = p.at ? ` on ${day(p.at)}` : "";
  if (standing(x).stand === "changed") return el("p", { class: "note" }, el("b", {}, "Changed since you passed. "), `You passed it${when}; what must be done is another thing now.`);
  return el("p", { class: "before" }, `You passed it${when}: that stays. This is a new try.`);
}

/** @param {Progress | undefined} p */
function kept(p) {
  return p?.passed && p.kept === false ? el("p", { class: "note" }, "This is not kept yet: where progress is stored can’t be reached.") : undefined;
}

/**
 * day writes a date as the page's language does.
 * @param {string} at
 */
export function day(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}
