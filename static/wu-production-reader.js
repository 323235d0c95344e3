// <wu-production-reader>: a page that sends, and a server that reads slowly. What send() took, what
// bufferedAmount says still waits, and what the server has read, plotted.
import { button, el, freshId, svg, unit, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { binary, number } from "./format.js";
import { labWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { area, path, readAt, ticksOf } from "./production-sums.js";
import { ticks, time } from "./timeline-scale.js";

/** @import { PageClose, WireEvent } from "./event-types.js" */
/** @import { Read, Sample } from "./production-sums.js" */

const LESSON = "production";
const PIECE = 32 << 10; // bytes of a message
const MIB = 2 ** 20;
const ALL = 8 * MIB; // bytes that one run sends
const OFTEN = 100; // milliseconds between two samples
const KEPT = 600; // samples
const MANY = 128 << 10; // bytes that may wait in the browser when the page is careful
const HIGH = 15; // rem
const USUAL = 1024; // KiB a second
const RATES = [256, 1024, 4096]; // KiB a second

export class WuProductionReader extends HTMLElement {
  static define(tag = "wu-production-reader", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {EchoSocket | undefined} */
  #echo;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {Sample[]} */
  #samples = [];
  /** @type {Read[]} */
  #reads = [];
  #given = 0;
  #read = 0;
  #opened = 0; // when the 101 was sent, by the wire's clock
  #took = 0; // milliseconds that the calls of send() took
  #began = 0;
  #most = 0; // that waited
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #rate = el("select", { id: freshId("rate") }, ...RATES.map((n) => el("option", { value: n, selected: n === USUAL }, `${binary(n << 10)} a second`)));
  #careful = el("input", { type: "checkbox" });
  #send = button(`Send ${binary(ALL)}`, () => void this.#run(), { class: "btn primary" });
  #stop = button("Stop", () => this.#end(), { class: "btn", disabled: true });
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #hold = el("div", { class: "picture" });
  #legend = el("ul", { class: "legend plot-legend", "aria-label": "What the lines mean", hidden: true });
  #told = el("div", { class: "told" });
  #details = el("details", { class: "plot-words", hidden: true }, el("summary", {}, "The same in words"), this.#told);
  /** @type {(() => void) | undefined} */
  #judge;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "lab-choices" }, el("span", {}, el("label", { for: this.#rate.id }, "the server reads "), this.#rate), el("label", {}, this.#careful, ` wait while more than ${binary(MANY)} are in the browser`)),
      el("div", { class: "lab-buttons", role: "group", "aria-label": "The run" }, this.#send, this.#stop),
      this.#said,
      this.#hold,
      this.#legend,
      this.#details,
    );
    this.#legend.replaceChildren(
      ...[["given", "given to send()"], ["left", "gone from the browser: given, less bufferedAmount"], ["read", "read by the server, as the wire has it"], ["waits", "bufferedAmount"]].map(([kind, text]) =>
        el("li", {}, svg("svg", { viewBox: "0 0 28 10", "aria-hidden": "true", focusable: "false" }, kind === "waits" ? svg("rect", { class: "waits", width: 28, height: 10 }) : svg("path", { class: `line ${kind}`, d: "M0 5H28" })), text),
      ),
    );
    this.#details.addEventListener("toggle", () => this.#tell());
    const sized = new ResizeObserver(() => requestAnimationFrame(() => this.#draw()));
    sized.observe(this.#hold);
    signal.addEventListener("abort", () => sized.disconnect());
    this.#ask();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#end();
  }

  #end() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#echo?.drop();
    this.#echo = undefined;
    this.#show();
  }

  async #run() {
    this.#end();
    this.#forget();
    write(this.#said, "");
    const echo = new EchoSocket(this, { breakdown: "off", path: `/lab/production/${labWord(LESSON)}`, query: { read: this.#rate.value } });
    this.#echo = echo;
    echo.addEventListener("event", (e) => {
      const { detail } = /** @type {CustomEvent<WireEvent>} */ (e);
      if (detail.kind === "response") this.#opened = detail.at;
      if (detail.direction !== "up" || detail.frame?.message === undefined) return;
      this.#read += detail.payloadLength;
      // When the server had it, by the wire: the page may hear of it later.
      this.#reads.push({ at: Math.max(0, detail.at - this.#opened), read: this.#read });
      if (this.#read >= ALL) this.#done();
    });
    echo.addEventListener("end", (e) => {
      if (echo !== this.#echo || this.#read >= ALL) return;
      const { code, reason } = /** @type {CustomEvent<PageClose>} */ (e).detail;
      clearInterval(this.#timer);
      write(this.#said, echo.everOpen ? `The socket has ended: ${code}${reason ? `, ${reason}` : ""}.` : "Could not connect: the server is away, or a limit on sockets was hit.");
      this.#show();
    });
    echo.addEventListener("state", () => {
      if (echo === this.#echo && echo.state === "open") this.#pump(echo);
      this.#show();
    });
    this.#show();
  }

  /** @param {EchoSocket} echo */
  #pump(echo) {
    const text = "x".repeat(PIECE);
    this.#began = performance.now();
    const give = () => {
      const from = performance.now();
      while (this.#given < ALL && (!this.#careful.checked || echo.bufferedAmount < MANY)) {
        echo.send(text);
        this.#given += PIECE;
      }
      this.#took += performance.now() - from;
    };
    const sample = () => {
      if (echo.state !== "open") return;
      give();
      const waiting = echo.bufferedAmount;
      this.#most = Math.max(this.#most, waiting);
      this.#samples.push({ at: performance.now() - this.#began, given: this.#given, waiting });
      if (this.#samples.length > KEPT) this.#samples.splice(1, 1);
      this.#draw();
      this.#tell();
      this.#figures();
      this.#judge?.();
    };
    this.#samples.push({ at: 0, given: 0, waiting: 0 });
    sample();
    this.#timer = setInterval(sample, OFTEN);
  }

  #done() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw();
    this.#tell();
    this.#figures();
    this.#echo?.close(1000);
    this.#show();
  }

  #forget() {
    this.#samples = [];
    this.#reads = [];
    this.#given = this.#read = this.#took = this.#most = 0;
  }

  /** span is how long the picture is: until all is read, or until now. */
  #span() {
    const last = this.#samples.findLast((s) => s.waiting > 0 || s.given < ALL)?.at ?? 0;
    return Math.max(last, this.#reads.at(-1)?.at ?? 0, this.#read < ALL ? (this.#samples.at(-1)?.at ?? 0) : 0);
  }

  #figures() {
    const last = this.#samples.at(-1);
    if (last === undefined) return;
    write(this.#said, `After ${time(this.#span())}: ${binary(last.given)} given to send(), in calls that took ${time(this.#took)} together. ${binary(last.waiting)} wait in the browser${this.#most > last.waiting ? `, ${binary(this.#most)} at the most` : ""}. The server has read ${binary(this.#read)}.`);
  }

  #show() {
    const state = this.#echo?.state ?? "closed";
    this.dataset["state"] = state;
    const running = this.#timer !== undefined || state === "connecting";
    write(this.#state, `slow reader · ${running ? (state === "connecting" ? "connecting…" : "sending") : this.#read >= ALL ? "all of it is read" : "no socket"}`);
    this.#stop.disabled = !running;
  }

  #draw() {
    const final = this.#samples.at(-1);
    const list = this.#samples.filter((s) => s.at <= this.#span());
    if (final && list.length > 0) list.push({ ...final, at: this.#span() });
    const reads = [{ at: 0, read: 0 }, ...this.#reads];
    const width = this.#hold.clientWidth;
    const none = list.length < 2;
    this.#hold.hidden = this.#legend.hidden = this.#details.hidden = none;
    if (none || width === 0) return;
    const rem = unit(this);
    const high = Math.min(HIGH * rem, parseFloat(getComputedStyle(this.#hold).maxHeight) || Infinity);
    const left = 4.6 * rem;
    const bottom = high - 1.6 * rem;
    const end = this.#span();
    const span = Math.max(3000, end);
    const x = (/** @type {number} */ t) => left + (t / span) * (width - left - 0.8 * rem);
    const y = (/** @type {number} */ n) => bottom - (n / ALL) * (bottom - 0.8 * rem);
    const hatch = "wu-waits-hatch";
    const left_ = (/** @type {Sample} */ s) => s.given - s.waiting;
    const nodes = [
      svg("defs", {}, svg("pattern", { id: hatch, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { class: "hatch", d: "M3.5 0V7" }))),
      ...ticksOf(ALL / MIB, 5).map((n) => n * MIB).flatMap((n) => [svg("line", { class: "tick", x1: left, x2: width - 0.8 * rem, y1: y(n), y2: y(n) }), svg("text", { class: "time", x: left - 0.5 * rem, y: y(n) + 0.3 * rem, "text-anchor": "end" }, binary(n))]),
      ...ticks(0, span, Math.max(2, Math.floor(width / (6 * rem)))).map(({ at, label }) => svg("text", { class: "time", x: x(at), y: high - 0.3 * rem, "text-anchor": "middle" }, label)),
      svg("path", { class: "waits", d: area(list, (s) => s.given, left_, x, y), fill: `url(#${hatch})` }),
      svg("path", { class: "line given", d: path(list, (s) => s.given, x, y) }),
      svg("path", { class: "line left", d: path(list, left_, x, y) }),
      svg("path", { class: "line read", d: path(reads, (r) => r.read, x, y) }),
    ];
    this.#hold.replaceChildren(svg("svg", { class: "reader-plot", width, height: high, role: "img", focusable: "false", "aria-label": `Bytes over ${time(end)}. At the end ${binary(final?.given ?? 0)} given, ${binary(final?.waiting ?? 0)} waiting, ${binary(this.#read)} read. The same stands in words below.` }, ...nodes));
  }

  /** tell writes one line a second, if somebody reads them. */
  #tell() {
    if (!this.#details.open) return;
    let next = 0;
    const rows = this.#samples.filter((s, i) => {
      if (s.at < next && i < this.#samples.length - 1) return false;
      next = s.at + 1000;
      return true;
    });
    this.#told.replaceChildren(
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, ...["after", "given", "bufferedAmount", "read by the server"].map((h) => el("th", { scope: "col" }, h)))),
        el("tbody", {}, ...rows.map((s) => el("tr", {}, el("th", { scope: "row" }, time(s.at)), ...[s.given, s.waiting, readAt(this.#reads, s.at)].map((n) => el("td", {}, number(n)))))),
      ),
    );
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), ` A server reads ${binary(USUAL << 10)} a second, and your page gives ${binary(ALL)} to send(), in ${ALL / PIECE} messages. How long will it be held up in send(), all calls together?`),
        choices: [{ value: 2, text: `about ${ALL / USUAL / 1024} s, until all is read` }, { value: 1, text: "about a second, until the buffers are full" }, { value: 0, text: "less than that: send() never waits" }],
        go: "Predict and send",
        skip: "Show me",
      },
      () => {
        this.#careful.checked = false;
        this.#rate.value = String(USUAL);
        prediction.wait("Sending…");
        this.#judge = () => {
          if (this.#given < ALL || this.#read === 0) return;
          this.#judge = undefined;
          prediction.judge(this.#took > 4000 ? 2 : this.#took > 500 ? 1 : 0, `The calls took ${time(this.#took)} together. send() puts bytes into a queue of the browser’s and returns; ${binary(this.#most)} stood in it.`);
        };
        void this.#run();
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  #reset() {
    this.#end();
    this.#judge = undefined;
    this.#forget();
    this.#rate.value = String(USUAL);
    this.#careful.checked = false;
    write(this.#said, "");
    this.#draw();
    this.#ask();
    this.#show();
  }
}
