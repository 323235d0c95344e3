// <wu-production-stranger>: a page of another origin to open, and what the wire shows of its tries
// beside those of this page.
import { button, el, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { command } from "./lab-control.js";
import { labWord, onWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { BEHIND } from "./production-sums.js";
import { wireId } from "./wire-id.js";

/** @import { PageClose } from "./event-types.js" */
/** @import { Exchange } from "./exchanges.js" */

const LESSON = "production";
const KEPT = 12; // rows

export class WuProductionStranger extends HTMLElement {
  static define(tag = "wu-production-stranger", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {EchoSocket | undefined} */
  #echo;
  #where = ""; // the stranger's page, without its query
  #state = el("span", { role: "status" }, "a stranger’s page");
  #link = el("a", { class: "btn primary", target: "_blank", rel: "noopener" }, "Open the stranger’s page");
  #predict = el("div");
  #origins = el("p", { class: "why" });
  #said = el("p", { class: "said", role: "status" });
  #table = el("div", { class: "strangers", hidden: true, tabindex: "0", role: "region", "aria-label": "What was tried, and by whom" });
  /** @type {((x: Exchange) => void) | undefined} */
  #judge;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.replaceChildren(
      el("h3", {}, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      this.#origins,
      el("div", { class: "lab-buttons", role: "group", "aria-label": "Who tries" }, this.#link, button("Try from this page", () => this.#own(), { class: "btn" })),
      this.#said,
      this.#table,
    );
    this.#ask();
    this.#exchanges = new Exchanges(pageFeed(), { lab: LESSON, accept: (x) => x.driver !== BEHIND && /[?&](?:from=stranger|own=1)(?:&|$)/.test(x.target), signal });
    this.#exchanges.addEventListener("change", () => this.#show(), { signal });
    onWord(() => this.#lead(), signal);
    this.#lead();
    void this.#begin();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#echo?.drop();
  }

  async #begin() {
    const told = await command(LESSON, "state", {}, (text) => write(this.#said, text));
    if (told === undefined) return;
    this.#where = told.stranger;
    this.#lead();
  }

  /** lead points the link to the stranger's page, with what it has to know. */
  #lead() {
    if (this.#where === "") return;
    const url = new URL(this.#where, location.href);
    const sandboxed = url.origin === location.origin;
    for (const [name, value] of Object.entries({ wire: wireId(), word: labWord(LESSON), to: location.host })) url.searchParams.set(name, value);
    this.#link.setAttribute("href", url.href);
    this.#origins.replaceChildren(
      "This page’s origin is ",
      el("code", {}, location.origin),
      ". The stranger’s is ",
      el("code", {}, sandboxed ? "null" : url.origin),
      sandboxed ? ": it is sandboxed, and equal to nobody." : ": the same machine, and to a browser another site.",
    );
  }

  #own() {
    this.#echo?.drop();
    const echo = new EchoSocket(this, { breakdown: "off", path: `/lab/production/${labWord(LESSON)}`, query: { own: "1" } });
    this.#echo = echo;
    echo.addEventListener("state", () => {
      if (echo.state !== "open") return;
      write(this.#said, "This page’s socket is open.");
      echo.close(1000);
    });
    echo.addEventListener("end", (e) => {
      if (!echo.everOpen) write(this.#said, `This page was told: CloseEvent ${/** @type {CustomEvent<PageClose>} */ (e).detail.code}. It never was open.`);
    });
  }

  #show() {
    const list = (this.#exchanges?.list ?? []).slice(-KEPT);
    this.#table.hidden = list.length === 0;
    this.#table.replaceChildren(
      el(
        "table",
        {},
        el("caption", {}, "On your wire, oldest first"),
        el("thead", {}, el("tr", {}, ...["Origin", "asked for", "answer", "so"].map((h) => el("th", { scope: "col" }, h)))),
        el("tbody", {}, ...list.map((x) => this.#row(x))),
      ),
    );
    const first = list.find((x) => x.target.includes("from=stranger") && !x.target.includes("pieces=") && !x.target.includes("origin=any") && x.status !== undefined);
    if (first) this.#judge?.(first);
  }

  /** @param {Exchange} x */
  #row(x) {
    const field = (/** @type {string} */ name) => x.request.http?.fields.find((f) => f.name.toLowerCase() === name)?.value;
    const socket = field("upgrade") !== undefined;
    const origin = field("origin");
    const asked = socket ? (x.target.includes("origin=any") ? "a WebSocket that asks nobody’s Origin" : "a WebSocket") : "a GET, by fetch";
    const so = x.status === undefined ? "" : x.status === 101 ? "it may send and read" : !socket && x.status === 200 ? (origin ? "answered; its browser keeps the answer from a page of another origin" : "answered") : "nothing opened";
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, el("code", {}, origin ?? "none")),
      el("td", { "data-label": "asked for" }, asked),
      el("td", { "data-label": "answer" }, button(x.status === undefined ? "none yet" : String(x.status), () => this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: (x.response ?? x.request).seq } })), { class: "link" })),
      el("td", { "data-label": "so" }, so),
    );
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " A page of another origin opens a WebSocket to this server. Who keeps it from doing so?"),
        choices: [{ value: 0, text: "the browser, before anything is sent" }, { value: 1, text: "the browser, once the answer has come" }, { value: 2, text: "the server, if it looks at Origin" }],
        go: "Predict",
        skip: "Show me",
      },
      () => {
        prediction.wait("Open the stranger’s page now, and press its first button.");
        this.#link.focus();
        this.#judge = (x) => {
          this.#judge = undefined;
          prediction.judge(x.status === 101 ? 0 : 2, `The handshake has come, with the stranger’s Origin, so the browser has stopped nothing. The server answered ${x.status}.`);
        };
        this.#show();
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  async #reset() {
    this.#echo?.drop();
    this.#echo = undefined;
    this.#judge = undefined;
    write(this.#said, "");
    await command(LESSON, "reset", {}, (text) => write(this.#said, text));
    this.#exchanges?.clear();
    this.#ask();
    this.#show();
  }
}
