// <wu-connections-window>: how many round trips a size takes while TCP's window grows, as arithmetic;
// and what the server's kernel says of the reader's own connection while it carries that size.
import { button, el, freshId } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { pageFeed } from "./feed.js";
import { bytes, number, plural } from "./format.js";
import { command } from "./lab-control.js";
import { labWord } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { INITIAL, rounds, SEGMENT } from "./slow-start.js";
import { time } from "./timeline-scale.js";
import { draw, wireId } from "./wire-id.js";

/** @import { Round } from "./slow-start.js" */

const LESSON = "connections";
const MOST = 4 << 20; // bytes that the lab sends at once
const COLUMNS = 48; // looks that are drawn
/** @type {[string, number][]} */
const SIZES = [
  ["15 kB", 15_000],
  ["100 kB", 100_000],
  ["1 MB", 1_000_000],
];

/**
 * @typedef {{ at: number, sent: number, rtt: number, window: number, segment: number, unacked: number, retrans: number }} Look
 * @typedef {{ mark: string, size: number, why?: string, control?: string, looks: Look[] | null }} Transfer
 */

export class WuConnectionsWindow extends HTMLElement {
  static define(tag = "wu-connections-window", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} */
  #run;
  /** @type {Exchanges | undefined} */
  #exchanges;
  /** @type {Prediction | undefined} */
  #prediction;
  #state = el("span", { role: "status" });
  #predict = el("div");
  #name = freshId("size");
  #sizes = el("fieldset", { class: "choices" });
  #own = el("input", { type: "number", min: 1, max: MOST, step: 1, value: 250_000, id: freshId("own"), "aria-label": "Your own size, in bytes" });
  #picture = el("div", { class: "rounds" });
  #told = el("p", { class: "said" });
  #send = button("Send it for real", () => void this.#transfer(), { class: "btn" });
  #said = el("p", { class: "said", role: "status" });
  #live = el("div", { class: "live-window" });
  #oneWay = 0;
  #shown = false; // the rounds stand there

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#choices();
    this.#ask();
    this.replaceChildren(
      el("h3", {}, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      this.#sizes,
      this.#predict,
      this.#picture,
      this.#told,
      el("div", { class: "lab-row" }, this.#send, el("span", { class: "muted" }, "on a connection that your browser has")),
      this.#said,
      this.#live,
    );
    this.#sizes.addEventListener("input", (e) => {
      if (e.target === this.#own) this.#pick(SIZES.length);
      this.#draw();
    }, { signal });
    document.addEventListener("lab-dial", (e) => {
      this.#oneWay = /** @type {CustomEvent<{ oneWay: number }>} */ (e).detail.oneWay;
      this.#draw();
    }, { signal });
    this.#exchanges = new Exchanges(pageFeed(), { lab: LESSON, accept: (x) => x.target.includes("&size="), signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#run?.abort();
    this.#gone?.abort();
  }

  #choices() {
    const radio = (/** @type {number} */ i) => el("input", { type: "radio", name: this.#name, value: i, checked: i === 1 });
    this.#sizes.replaceChildren(
      el("legend", {}, "How much"),
      ...SIZES.map(([text], i) => el("label", {}, radio(i), ` ${text}`)),
      el("span", { class: "own" }, el("label", {}, radio(SIZES.length), " your own:"), " ", this.#own, " B"),
    );
  }

  /** @param {number} i */
  #pick(i) {
    const radio = this.#sizes.querySelectorAll("input[type=radio]")[i];
    if (radio instanceof HTMLInputElement) radio.checked = true;
  }

  #size() {
    const chosen = this.#sizes.querySelector("input:checked");
    const own = Math.max(1, Math.min(MOST, Math.trunc(Number(this.#own.value)) || 1));
    return SIZES[chosen instanceof HTMLInputElement ? Number(chosen.value) : 1]?.[1] ?? own;
  }

  #ask() {
    this.#shown = false;
    this.#prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then look."), " A new connection may send ten segments, and then waits to hear that they arrived; each round trip doubles that. How many round trips does the size take that you have chosen?"),
        unit: "round trips",
        go: "Predict and draw",
        skip: "Draw it",
      },
      () => {
        this.#shown = true;
        const list = rounds(this.#size());
        this.#draw();
        this.#prediction?.judge(list.length, `${INITIAL} segments of ${SEGMENT} bytes at first, twice as many each time, and nothing lost.`, "computed");
      },
    );
    this.#predict.replaceChildren(this.#prediction.root);
  }

  #draw() {
    this.#state.textContent = `slow start · ${bytes(this.#size())}`;
    this.#picture.hidden = this.#told.hidden = !this.#shown;
    if (!this.#shown) return;
    const list = rounds(this.#size());
    const widest = Math.max(...list.map((r) => r.bytes));
    this.#picture.replaceChildren(
      el("p", { class: "visually-hidden" }, `${plural(list.length, "round trip")}.`),
      el("ol", {}, ...list.map((r) => round(r, widest))),
    );
    const far = this.#oneWay > 0 ? ` With the dial at ${this.#oneWay} ms one way that is ${time(list.length * 2 * this.#oneWay)}, and a round trip before that to set the connection up.` : "";
    this.#told.textContent = `${plural(list.length, "round trip")} for ${bytes(this.#size())}.${far}`;
  }

  async #transfer() {
    this.#run?.abort();
    this.#run = new AbortController();
    const { signal } = this.#run;
    const size = this.#size();
    const mark = draw(6);
    this.#said.textContent = "Sending…";
    this.#exchanges?.clear();
    try {
      const response = await fetch(`/lab/connections/${labWord(LESSON)}?wire=${wireId()}&size=${size}&mark=${mark}`, { cache: "no-store", signal });
      await response.arrayBuffer();
      /** @type {{ transfer?: Transfer }} */
      let state = {};
      // The server looks on until the last segment is acknowledged; it may still be at it.
      for (let tries = 0; tries < 20 && state.transfer?.mark !== mark; tries++) {
        await new Promise((done) => setTimeout(done, 50));
        state = await (await fetch(`/lab/connections/control/state?wire=${wireId()}`, { signal })).json();
      }
      if (signal.aborted) return;
      this.#said.textContent = "";
      this.#look(state.transfer, mark);
    } catch (error) {
      if (!signal.aborted) this.#said.textContent = error instanceof TypeError ? "The server does not answer. Is it running?" : String(error instanceof Error ? error.message : error);
    }
  }

  /**
   * @param {Transfer | undefined} transfer
   * @param {string} mark
   */
  #look(transfer, mark) {
    if (transfer?.mark !== mark) {
      this.#said.textContent = "The server has not told of this transfer. Send it again.";
      return;
    }
    const x = this.#exchanges?.list.find((e) => e.target.includes(mark));
    const where = x ? `connection #${x.conn}` : "your connection";
    const looks = transfer.looks ?? [];
    const first = looks[0];
    const last = looks.at(-1);
    if (transfer.why || !first || !last) {
      this.#live.replaceChildren(el("p", {}, `${bytes(transfer.size)} crossed on ${where}. The server can't look at it: ${transfer.why ?? "it had no time to"}.`));
      return;
    }
    const widest = Math.max(...looks.map((l) => l.window));
    const step = Math.max(1, looks.length / COLUMNS);
    const columns = el("div", { class: "columns", "aria-hidden": "true" });
    for (let i = 0; i < looks.length; i += step) {
      const column = el("i");
      column.style.height = `${((looks[Math.floor(i)]?.window ?? 0) / widest) * 100}%`;
      columns.append(column);
    }
    const own = rounds(transfer.size, { initial: first.window, segment: first.segment });
    this.#live.replaceChildren(
      el("p", {}, el("b", {}, `${bytes(transfer.size)} on ${where}`), `, as the server's kernel saw it in ${plural(looks.length, "look")}${transfer.control ? ` (congestion control: ${transfer.control})` : ""}.`),
      columns,
      el("p", { class: "muted small" }, `The congestion window from the first byte to the last acknowledgement: ${number(first.window)} segments at first, ${number(widest)} at most, ${number(last.window)} in the end.`),
      el(
        "dl",
        { class: "figures" },
        ...figure("round trip", `${rtt(first)} at first, ${rtt(last)} in the end`),
        ...figure("segment", `${number(last.segment)} bytes`),
        ...figure("window in the end", bytes(last.window * last.segment)),
        ...figure("sent again", plural(last.retrans, "segment")),
        ...figure("round trips", `${own.length} with this window and these segments`),
      ),
      el("p", { class: "muted small" }, "The kernel measures its own way to whatever sent the request: a machine, or a proxy. The dial is above the kernel, and leaves this round trip alone."),
    );
  }

  async #reset() {
    this.#run?.abort();
    this.#said.textContent = "";
    this.#live.replaceChildren();
    this.#own.value = "250000";
    this.#choices();
    this.#ask();
    this.#draw();
    this.#exchanges?.clear();
    await command("connections", "reset", {}, (text) => (this.#said.textContent = text));
    this.dispatchEvent(new CustomEvent("lab-reset", { bubbles: true, detail: { lesson: LESSON } }));
  }
}

/**
 * @param {Round} r
 * @param {number} widest
 */
function round(r, widest) {
  const strip = el("span", { class: "strip-of", "aria-hidden": "true" }, el("i"));
  strip.style.width = `${(r.bytes / widest) * 100}%`;
  /** @type {HTMLElement} */ (strip.firstElementChild).style.width = `${(r.sent / r.bytes) * 100}%`;
  return el("li", {}, el("span", { class: "words" }, `${plural(r.segments, "segment")}, ${bytes(r.sent)}`, el("span", { class: "muted" }, `, ${bytes(r.sum)} so far`)), strip);
}

/** @param {Look} look */
function rtt(look) {
  return look.rtt < 1 ? `${Math.round(look.rtt * 1000)} µs` : time(look.rtt);
}

/**
 * @param {string} name
 * @param {string} value
 */
function figure(name, value) {
  return [el("dt", {}, name), el("dd", {}, value)];
}
