// <wu-request-lab>: one GET and its answer as bytes with every part named, and how few of them are
// what was asked. It shows whatever asks for /lab/request/ on this wire, a terminal's curl as well.
import { Dissections } from "./dissections.js";
import { button, el, freshId, write } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { folded } from "./folded.js";
import { bytes, number, plural, share } from "./format.js";
import { HeadView } from "./head-view.js";
import { HexView } from "./hex-view.js";
import { command } from "./lab-control.js";
import { labWord, wordChip } from "./lab-word.js";
import { Linked } from "./linked.js";
import { toneOf } from "./parts.js";
import { Prediction } from "./prediction.js";
import { downCost, extrasOf, pathOf, senderOf, upCost } from "./request-sums.js";
import { wireId } from "./wire-id.js";

/** @import { Field, WireEvent } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */
/** @import { Cost } from "./request-sums.js" */

const LESSON = "request";
const SHOWN = 8; // exchanges in the table
const PATIENCE = 5000; // milliseconds until the wire should have shown what was sent

// What can be sent along. A cookie's size counts its name, the = and its value.
const COOKIE = "extra=";
/** @type {[string, { cookie?: number, query?: number }][]} */
const EXTRAS = [
  ["nothing more", {}],
  ["a cookie of 36 bytes", { cookie: 36 }],
  ["a cookie of 181 bytes", { cookie: 181 }],
  ["a longer query", { query: 60 }],
];

export class WuRequestLab extends HTMLElement {
  static define(tag = "wu-request-lab", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Prediction | undefined} */
  #prediction;
  #dissections = new Dissections(`/wire/${wireId()}/events/`);
  #state = el("span", { role: "status" });
  #predict = el("div");
  #send = button("Send the GET", () => void this.#run(), { class: "btn primary" });
  #extras = el("fieldset", { class: "choices" });
  #said = el("p", { class: "said", role: "status" });
  #more = folded();
  #table = el("div", { class: "runs", tabindex: "0", role: "region", "aria-label": "The requests so far" });
  #shares = el("div", { class: "shares" });
  #bytes = el("div", { class: "request-bytes" });
  /** @type {Exchange | undefined} */
  #chosen;
  #asked = false; // a request of this page is on its way
  #judged = false;
  #shown = ""; // which exchange the bytes are of
  /** @type {AbortController | undefined} */
  #looking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #late;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#choices();
    this.#ask();
    this.replaceChildren(
      el("h3", {}, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "request-again" }, this.#extras, this.#send),
      this.#said,
      this.#table,
      this.#shares,
      this.#bytes,
      this.#more,
    );
    this.#exchanges = new Exchanges(pageFeed(), { lab: LESSON, signal });
    this.#exchanges.addEventListener("change", () => this.#changed(), { signal });
    pageFeed().addEventListener("restart", () => this.#dissections.forget(), { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#looking?.abort();
    clearTimeout(this.#late);
  }

  #choices() {
    const name = freshId("extra");
    const inputs = EXTRAS.map(([text], i) => el("label", {}, el("input", { type: "radio", name, value: i, checked: i === 0 }), ` ${text}`));
    this.#extras.replaceChildren(el("legend", {}, "Send along"), ...inputs);
  }

  /** ask puts the question that stands before the first request. */
  #ask() {
    this.#judged = false;
    this.#prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " Your browser is about to ask this server for one line of text. How many bytes will it send to do so?"),
        unit: "bytes",
        go: "Predict and send",
        skip: "Send it",
      },
      () => void this.#run(),
    );
    this.#predict.replaceChildren(this.#prediction.root);
  }

  #extra() {
    const chosen = this.#extras.querySelector("input:checked");
    return EXTRAS[chosen instanceof HTMLInputElement ? Number(chosen.value) : 0]?.[1] ?? {};
  }

  async #run() {
    const { cookie, query } = this.#extra();
    const path = `/lab/request/${labWord(LESSON)}`;
    const target = `${path}?wire=${wireId()}${query ? `&extra=${"x".repeat(query - "&extra=".length)}` : ""}`;
    this.#asked = true;
    this.#send.disabled = true;
    this.#say("Sending…");
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#lost("The server answered, but the wire has not shown it. Is the panel connected?"), PATIENCE);
    // Only this lab's path gets the cookie, and it is gone when the answer has come.
    if (cookie) document.cookie = `${COOKIE}${"x".repeat(cookie - COOKIE.length)}; path=/lab/request; max-age=10; samesite=strict`;
    try {
      await (await fetch(target, { cache: "no-store" })).text();
    } catch {
      this.#lost("The server does not answer. Is it running?");
    } finally {
      if (cookie) document.cookie = `${COOKIE}; path=/lab/request; max-age=0; samesite=strict`;
    }
  }

  /** @param {string} text */
  #lost(text) {
    clearTimeout(this.#late);
    this.#asked = false;
    this.#send.disabled = false;
    this.#say(text);
    this.#prediction?.wait(text);
  }

  #changed() {
    const list = this.#exchanges?.list ?? [];
    const newest = list.at(-1);
    if (newest && !newest.open && newest !== this.#chosen) {
      const before = this.#chosen;
      this.#chosen = newest;
      if (this.#asked && newest.driver === "page") this.#came(newest, before);
    }
    if (this.#chosen && !list.includes(this.#chosen)) this.#chosen = undefined;
    this.#show();
  }

  /**
   * came is told of the page's own request, complete with its answer.
   * @param {Exchange} x
   * @param {Exchange | undefined} before
   */
  #came(x, before) {
    clearTimeout(this.#late);
    this.#asked = false;
    this.#send.disabled = false;
    const path = pathOf(x.target);
    if (!this.#judged) {
      this.#judged = true;
      this.#prediction?.judge(x.up, `Counted on the wire just now, up to the blank line. ${plural(path.length, "byte")} of them are the path ${path}.`);
    }
    const { cookie } = this.#extra();
    if (cookie && !extrasOf(x).includes("cookie")) this.#say("The request carried no cookie: this browser keeps none for this page.");
    else if (before && before.driver === "page" && before.up !== x.up) this.#say(`${plural(Math.abs(x.up - before.up), "byte")} ${x.up > before.up ? "more" : "fewer"} than the request before, for the same answer.`);
    else this.#say("");
  }

  /** @param {string} text */
  #say(text) {
    this.#said.textContent = text;
  }

  #show() {
    const list = this.#exchanges?.list ?? [];
    this.#state.textContent = `request lab · ${list.length === 0 ? "nothing asked yet" : `${plural(list.length, "request")} on your wire`}`;
    this.#tabulate(list.slice(-SHOWN));
    const x = this.#chosen;
    this.#shares.hidden = this.#bytes.hidden = x === undefined;
    if (x === undefined) {
      this.#shown = "";
      return;
    }
    this.#compare(x);
    const key = `${x.conn} ${x.number} ${x.bodies.length}`;
    if (key === this.#shown) return;
    this.#shown = key;
    void this.#dissect(x);
  }

  /** @param {Exchange[]} list */
  #tabulate(list) {
    this.#table.hidden = list.length === 0;
    write(this.#more, list.length === 0 ? "" : `${list.length > 1 ? `And ${plural(list.length - 1, "earlier one")}. ` : ""}Every byte stands in the panel.`);
    const held = this.#table.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : undefined;
    const head = el("tr", {}, ...["who asked", "up", "path", "down", "body"].map((h, i) => el("th", { scope: "col", class: i > 0 && "num" }, h)));
    const rows = list.map((x) => {
      const key = `${x.conn} ${x.number}`;
      const extras = extrasOf(x);
      const who = button(`${senderOf(x)}${extras ? `, with ${extras}` : ""}`, () => this.#choose(x), { class: "link", "data-key": key, "aria-pressed": x === this.#chosen });
      const up = upCost(x);
      const down = downCost(x);
      const status = x.status === undefined || x.status === 200 ? "" : ` ${x.status}`;
      const cells = [up.whole, up.asked, down.whole, down.asked].map((n) => el("td", { class: "num" }, number(n)));
      return el("tr", { class: x === this.#chosen && "chosen" }, el("th", { scope: "row" }, who, status), ...cells);
    });
    this.#table.replaceChildren(el("table", {}, el("caption", { class: "visually-hidden" }, "Requests to this lab on your wire, in bytes"), el("thead", {}, head), el("tbody", {}, ...rows)));
    if (held) /** @type {HTMLElement | null} */ (this.#table.querySelector(`[data-key="${held}"]`))?.focus();
  }

  /** @param {Exchange} x */
  #choose(x) {
    this.#chosen = x;
    this.#show();
    this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: x.request.seq } }));
  }

  /** @param {Exchange} x */
  #compare(x) {
    const up = upCost(x);
    const down = downCost(x);
    this.#shares.replaceChildren(
      bar("up", "request", up, "the path"),
      bar("down", "answer", down, "the body"),
      el("p", { class: "because" }, `${share(up.asked + down.asked, up.whole + down.whole)} of the ${plural(up.whole + down.whole, "byte")} of this exchange carry what was asked and what was answered. TCP, IP and whatever is below them come on top.`),
    );
  }

  /** @param {Exchange} x */
  async #dissect(x) {
    this.#looking?.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    try {
      const heads = [x.request, x.response].filter((e) => e !== undefined);
      const events = await Promise.all([...heads, ...x.bodies.slice(0, 1)].map((e) => this.#dissections.get(e.seq, signal)));
      if (signal.aborted) return;
      this.#bytes.replaceChildren(...events.map((e) => part(e, signal)), legend());
    } catch (error) {
      if (!signal.aborted) this.#bytes.replaceChildren(el("p", { class: "said" }, error instanceof Error ? error.message : String(error)));
    }
  }

  async #reset() {
    clearTimeout(this.#late);
    this.#asked = false;
    this.#send.disabled = false;
    this.#chosen = undefined;
    this.#looking?.abort();
    this.#bytes.replaceChildren();
    this.#choices();
    this.#ask();
    this.#say("");
    this.#exchanges?.clear();
    this.#show();
    await command("request", "reset", {}, (text) => this.#say(text));
  }
}

/**
 * bar draws how a message's bytes are spent, to one scale with the other.
 * @param {"up" | "down"} way
 * @param {string} name
 * @param {Cost} cost
 * @param {string} asked what of it was asked
 */
function bar(way, name, cost, asked) {
  /** @type {[string, number, string][]} */
  const parts = [
    ["s-asked", cost.asked, asked],
    ["s-line", cost.line, "the rest of the first line"],
    ["s-fields", cost.fields, "header fields"],
    ["s-rest", cost.rest, "the blank line"],
  ];
  const strip = el("div", { class: "share-strip", "aria-hidden": "true" });
  for (const [kind, n] of parts) {
    const piece = el("i", { class: kind });
    piece.style.flexGrow = String(n);
    strip.append(piece);
  }
  const words = el("ul", { class: "share-words" });
  for (const [kind, n, what] of parts) if (n > 0) words.append(el("li", {}, el("i", { class: kind, "aria-hidden": "true" }), el("b", {}, number(n)), ` ${what}`));
  return el(
    "div",
    { class: `share-row ${way}` },
    el("p", { class: "share-name" }, el("b", {}, `${way === "up" ? "↑" : "↓"} ${name}`), ` ${bytes(cost.whole)}, of which ${share(cost.asked, cost.whole)} ${way === "up" ? "say what is wanted" : "are what was wanted"}`),
    strip,
    words,
  );
}

/**
 * part is one event, its bytes named.
 * @param {WireEvent} e
 * @param {AbortSignal} signal
 */
function part(e, signal) {
  const linked = new Linked(e.fields ?? []);
  const named = el("p", { class: "named" });
  const first = linked.fields.findIndex((f) => toneOf(f) !== "rest");
  const tell = () => name(named, linked.fields[linked.light.fields[0] ?? first]);
  linked.addEventListener("light", tell, { signal });
  tell();
  const title = e.kind === "body" ? "The body" : e.direction === "up" ? "Your request" : "The head of the answer";
  const root = el("section", { class: `part-of ${e.direction}` }, el("h4", {}, `${e.direction === "up" ? "↑" : "↓"} ${title}`, " ", el("span", { class: "size" }, bytes(e.size))));
  if (e.kind === "body") root.append(new HexView(e, linked, signal).root, named);
  else {
    const hex = el("details", {}, el("summary", {}, "The same bytes in hex"));
    hex.addEventListener("toggle", () => hex.childElementCount === 1 && hex.append(new HexView(e, linked, signal).root), { signal });
    root.append(new HeadView(e, linked, signal).root, named, hex);
  }
  return root;
}

/**
 * name says what the lit bytes are.
 * @param {HTMLElement} node
 * @param {Field | undefined} field
 */
function name(node, field) {
  if (field === undefined) {
    node.replaceChildren();
    return;
  }
  node.replaceChildren(
    el("i", { class: `swatch t-${toneOf(field)}`, "aria-hidden": "true" }),
    el("b", {}, field.name),
    ` · ${plural(field.bits / 8, "byte")}${field.meaning ? ` · ${field.meaning}` : ""}`,
  );
}

/** legend names the colours. */
function legend() {
  const names = ["method", "target", "version", "field name", "field value", "body"];
  return el(
    "ul",
    { class: "part-legend", "aria-label": "The colours" },
    ...names.map((n) => el("li", {}, el("i", { class: `swatch t-${toneOf({ name: n, bit: 0, bits: 0, value: "", meaning: "", ref: "" })}`, "aria-hidden": "true" }), n)),
  );
}
