// <wu-predict send="Spang" of="size" side="up">: asks for a number before it measures one. The
// question stands inside; the form is added after it, and the guess stays beside the truth.
import { EchoSocket } from "./echo-socket.js";
import { el } from "./dom.js";
import { plural } from "./format.js";
import { Prediction } from "./prediction.js";

/** @import { Frame } from "./event-types.js" */

const PATIENCE = 5000; // milliseconds to wait for the echo's breakdown
const LONGEST = 1 << 20;

export class WuPredict extends HTMLElement {
  static define(tag = "wu-predict", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Prediction | undefined} */
  #prediction;

  connectedCallback() {
    this.#gone = new AbortController();
    if (this.#prediction) return;
    const unit = this.getAttribute("unit") ?? "bytes";
    this.#prediction = new Prediction({ unit, go: "Predict and send", skip: "Show me" }, () => this.#run());
    this.append(this.#prediction.root);
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #run() {
    this.#prediction?.wait("Sending it, and reading the wire…");
    const echo = new EchoSocket(this, {});
    const { signal } = this.#gone ?? new AbortController();
    let done = false;
    const late = setTimeout(() => fail("No answer came within 5 seconds. Try again."), PATIENCE);
    const fail = (/** @type {string} */ text) => {
      finish();
      this.#prediction?.wait(text);
    };
    const finish = () => {
      done = true;
      clearTimeout(late);
      echo.close(1000, "measured");
    };
    echo.addEventListener("state", () => {
      if (echo.state === "open") echo.send(this.#data());
      if (echo.state === "closed" && !done) fail("The connection broke before the answer came. Is the server running? Try again.");
    });
    echo.addEventListener("message", (e) => {
      const { data, number } = /** @type {CustomEvent} */ (e).detail;
      if (number !== 2 || done) return;
      finish();
      this.#judge(JSON.parse(data));
    });
    signal.addEventListener("abort", finish);
  }

  #data() {
    const repeat = Number(this.getAttribute("repeat") ?? 1);
    const text = (this.getAttribute("send") ?? "").repeat(repeat).slice(0, LONGEST);
    if (this.getAttribute("binary") !== "true") return text;
    return /** @type {ArrayBuffer} */ (new TextEncoder().encode(text).buffer);
  }

  /** @param {{ received: Frame[], mirrored: Frame[] }} breakdown */
  #judge({ received, mirrored }) {
    const down = this.getAttribute("side") === "down";
    const frames = down ? mirrored : received;
    const header = frames.reduce((n, f) => n + f.headerLength, 0);
    const payload = frames.reduce((n, f) => n + f.payloadLength, 0);
    const of = this.getAttribute("of") ?? "size";
    const truth = of === "overhead" ? header : of === "payload" ? payload : header + payload;
    const way = down ? "from the server to you" : "from your browser to the server";
    const first = frames[0];
    const bytes = first ? ` It began ${first.header.replace(/..(?=.)/g, "$& ")}.` : "";
    this.#prediction?.judge(truth, `Just now, ${way}: ${plural(header, "byte")} of header and ${plural(payload, "byte")} of payload in ${plural(frames.length, "frame")}.${bytes}`);
  }
}
