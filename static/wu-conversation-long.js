// <wu-conversation-long>: one send() of a long text, and the frames that this browser makes of it,
// without compression and with it, counted on the wire.
import { button, el, freshId, svg, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { number, plural } from "./format.js";
import { Prediction } from "./prediction.js";

/** @import { WireEvent } from "./event-types.js" */

const LENGTH = 200_000; // characters
const PHRASE = "one send, many frames? ";
const PATIENCE = 20_000; // milliseconds
const WIDE = 400;

/** @type {[string, string, () => string][]} */
const TEXTS = [
  ["again", "one phrase, again and again", () => PHRASE.repeat(Math.ceil(LENGTH / PHRASE.length)).slice(0, LENGTH)],
  ["random", "random letters", () => Array.from(random(LENGTH), (n) => String.fromCharCode(97 + (n % 26))).join("")],
];

/** @param {number} n */
function random(n) {
  const most = 65_536; // that one call may ask for
  const out = new Uint8Array(n);
  for (let at = 0; at < n; at += most) crypto.getRandomValues(out.subarray(at, Math.min(n, at + most)));
  return out;
}

export class WuConversationLong extends HTMLElement {
  static define(tag = "wu-conversation-long", registry = customElements) {
    registry.define(tag, this);
  }

  #runs = 0;
  /** @type {Set<EchoSocket>} */
  #open = new Set();
  #text = el("select", { id: freshId("text") }, ...TEXTS.map(([value, name]) => el("option", { value }, name)));
  #said = el("p", { class: "said", role: "status" });
  #results = el("div", { class: "long-runs" });
  #predict = el("div");

  connectedCallback() {
    this.replaceChildren(
      el("h3", {}, `one send() of ${number(LENGTH)} characters`, button("Reset", () => this.#reset(), { class: "btn small" })),
      this.#predict,
      el("div", { class: "lab-buttons" }, button("Send without compression", () => void this.#run(false), { class: "btn" }), button("Send with compression", () => void this.#run(true), { class: "btn" }), el("span", {}, el("label", { for: this.#text.id }, "of "), this.#text)),
      this.#said,
      this.#results,
    );
    this.#ask();
  }

  disconnectedCallback() {
    this.#drop();
  }

  #drop() {
    for (const echo of this.#open) echo.drop();
    this.#open.clear();
  }

  #reset() {
    this.#runs++;
    this.#drop();
    this.#results.replaceChildren();
    write(this.#said, "");
    this.#ask();
  }

  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), ` Your page calls send() once, with ${number(LENGTH)} characters of ASCII, and no compression has been agreed on. How many frames will your browser make of it?`),
        unit: "frames",
        go: "Predict and send",
        skip: "Show me",
      },
      async () => {
        prediction.wait("The text is on its way…");
        const frames = await this.#run(false);
        if (frames) prediction.judge(frames.length, "This browser’s answer, this time. The rules leave it free: another browser, or another day, may cut elsewhere.");
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }

  /**
   * run sends the text once, and returns the frames that the wire has seen of it.
   * @param {boolean} deflate
   */
  async #run(deflate) {
    const run = ++this.#runs;
    const [, name, make] = TEXTS.find(([value]) => value === this.#text.value) ?? TEXTS[0] ?? ["", "", () => ""];
    write(this.#said, "Sending…");
    const echo = new EchoSocket(this, { breakdown: "off", deflate });
    this.#open.add(echo);
    /** @type {WireEvent[]} */
    const frames = [];
    /** @type {string} */
    let agreed = "";
    const done = new Promise((/** @type {(whole: boolean) => void} */ resolve) => {
      const late = setTimeout(() => resolve(false), PATIENCE);
      echo.addEventListener("state", () => {
        if (echo.state === "open") echo.send(make());
      });
      echo.addEventListener("event", (e) => {
        const { detail } = /** @type {CustomEvent<WireEvent>} */ (e);
        if (detail.kind === "response") agreed = detail.http?.fields.find((f) => f.name.toLowerCase() === "sec-websocket-extensions")?.value ?? "";
        if (detail.direction !== "up" || detail.frame?.message !== 1) return;
        frames.push(detail);
        if (!detail.frame.fin) return;
        clearTimeout(late);
        resolve(true);
      });
      echo.addEventListener("end", () => resolve(false));
    });
    const whole = await done;
    echo.drop();
    this.#open.delete(echo);
    if (run !== this.#runs) return undefined;
    if (!whole) {
      write(this.#said, echo.everOpen ? "The wire has not shown the whole message. Is the panel connected? Send it again." : "Could not connect to /echo: the server is away, or a limit on sockets was hit.");
      return undefined;
    }
    const size = frames.reduce((sum, e) => sum + e.size, 0);
    const head = frames.reduce((sum, e) => sum + e.overhead, 0);
    write(this.#said, `${plural(frames.length, "frame")}: ${number(size)} bytes on the wire, ${number(head)} of them header.`);
    this.#results.prepend(this.#result(`${deflate ? (agreed === "" ? "compression asked for, and not agreed on" : "with permessage-deflate") : "without compression"}, ${name}`, frames, size));
    return frames;
  }

  /**
   * @param {string} title
   * @param {WireEvent[]} frames
   * @param {number} size
   */
  #result(title, frames, size) {
    const words = `${plural(frames.length, "frame")}, ${number(size)} bytes`;
    const picture = svg("svg", { class: "long-frames", viewBox: `0 0 ${WIDE} 22`, preserveAspectRatio: "none", role: "img", "aria-label": `${words}, drawn to scale: the whole width is ${number(LENGTH)} bytes`, focusable: "false" });
    let at = 0;
    for (const e of frames) {
      const wide = (e.size / LENGTH) * WIDE;
      picture.append(svg("rect", { class: "frame-bar", x: at.toFixed(2), y: 1, width: Math.max(wide - 0.6, 1).toFixed(2), height: 20 }));
      at += wide;
    }
    const shown = frames.slice(0, 12);
    return el(
      "section",
      { class: "long-run" },
      el("h4", {}, title),
      el("p", {}, el("b", {}, words)),
      picture,
      el(
        "ul",
        { class: "long-list" },
        ...shown.map((e) => {
          const text = `FIN ${e.frame?.fin ? 1 : 0} · ${e.frame?.type}${e.frame?.rsv1 ? " · RSV1" : ""} · ${number(e.payloadLength)}`;
          return el("li", {}, button(text, () => this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq: e.seq } })), { class: "link", "aria-label": `${text}: show it in the panel` }));
        }),
        frames.length > shown.length && el("li", {}, `and ${number(frames.length - shown.length)} more`),
      ),
    );
  }
}
