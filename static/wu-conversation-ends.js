// <wu-conversation-ends>: ways in which a connection ends, from the page and from the server: with a
// goodbye, without one, or in silence. What the wire carried stands beside what the page was told.
import { closePanel } from "./close-panel.js";
import { Connection } from "./connections.js";
import { button, el, write } from "./dom.js";
import { EchoSocket } from "./echo-socket.js";
import { command } from "./lab-control.js";
import { labWord, onWord, wordChip } from "./lab-word.js";
import { Prediction } from "./prediction.js";
import { Transcript } from "./transcript.js";

/** @import { PageClose, WireEvent } from "./event-types.js" */

const LESSON = "conversation";

/** @type {[name: string, code: number | undefined, reason: string | undefined][]} */
const PAGE = [
  ["close(1000)", 1000, undefined],
  ["close(4000, “bye”)", 4000, "bye"],
  ["close()", undefined, undefined],
];

/** @type {[name: string, query: Record<string, string>, why: string][]} */
const SERVER = [
  ["close 1000", { how: "close", code: "1000" }, "A close frame with the code 1000"],
  ["close 4001 “enough”", { how: "close", code: "4001", reason: "enough" }, "A code of its own, and a reason"],
  ["close, no code", { how: "none" }, "A close frame without a payload"],
  ["cut it (FIN)", { how: "cut" }, "TCP ends in order, and WebSocket without a word"],
  ["reset it (RST)", { how: "reset" }, "TCP is thrown away"],
  ["fall silent", { how: "silence" }, "The server reads, and answers nothing any more"],
];

/** @type {Record<string, string>} */
const WORDS = { connecting: "connecting…", open: "open", closing: "readyState 2, closing", closed: "closed" };

export class WuConversationEnds extends HTMLElement {
  static define(tag = "wu-conversation-ends", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {EchoSocket | undefined} */
  #socket;
  /** @type {Connection | undefined} */
  #conn;
  #silent = false;
  #closing = 0; // since when the page waits for its close to be answered
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;
  #light = el("span", { class: "live", "aria-hidden": "true" });
  #state = el("span", { role: "status" });
  #toggle = button("Open a socket", () => this.#open(), { class: "btn primary" });
  #predict = el("div");
  #said = el("p", { class: "said", role: "status" });
  #waiting = el("p", { class: "said waiting" });
  #panel = el("div", { class: "ending" });
  #transcript = new Transcript(this);
  /** @type {HTMLButtonElement[]} */
  #ways = [];

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#ways = [];
    const way = (/** @type {HTMLButtonElement} */ b) => (this.#ways.push(b), b);
    this.replaceChildren(
      el("h3", {}, this.#light, this.#state, button("Reset", () => void this.#reset(), { class: "btn small" })),
      wordChip(LESSON, signal),
      this.#predict,
      el("div", { class: "lab-buttons" }, this.#toggle),
      el("div", { class: "presets", role: "group", "aria-label": "Your page ends it" }, el("span", { class: "who" }, "your page:"), ...PAGE.map(([name, code, reason]) => way(button(name, () => this.#close(code, reason), { class: "chip" }))), way(button("send(“hello?”)", () => this.#hello(), { class: "chip" }))),
      el("div", { class: "presets", role: "group", "aria-label": "The server ends it" }, el("span", { class: "who" }, "the server:"), ...SERVER.map(([name, query, why]) => way(button(name, () => void this.#end(query), { class: "chip", title: why })))),
      this.#said,
      this.#waiting,
      this.#panel,
      this.#transcript.root,
    );
    onWord(() => {
      if (this.#socket) this.#drop(); // its path holds the old word
      this.#show();
    }, signal);
    this.#ask();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#drop();
  }

  #drop() {
    clearInterval(this.#clock);
    this.#closing = 0;
    this.#socket?.drop();
    this.#socket = undefined;
    this.#conn = undefined;
    this.#silent = false;
  }

  async #reset() {
    this.#drop();
    this.#ask();
    write(this.#said, "");
    write(this.#waiting, "");
    this.#panel.replaceChildren();
    this.#show();
    await this.#command("reset", {});
  }

  #open() {
    this.#drop();
    const socket = new EchoSocket(this, { path: `/lab/conversation/${labWord(LESSON)}` });
    const conn = new Connection(0);
    this.#socket = socket;
    this.#conn = conn;
    this.#panel.replaceChildren();
    write(this.#said, "");
    write(this.#waiting, "");
    this.#transcript.follow(socket);
    const mine = (/** @type {() => void} */ f) => () => socket === this.#socket && f();
    socket.addEventListener("state", mine(() => this.#show()));
    socket.addEventListener("event", (e) => {
      conn.add(/** @type {CustomEvent<WireEvent>} */ (e).detail);
      if (socket === this.#socket) this.#draw();
    });
    socket.addEventListener("end", (e) => {
      conn.pageClose = /** @type {CustomEvent<PageClose>} */ (e).detail;
      if (socket !== this.#socket) return;
      clearInterval(this.#clock);
      if (this.#closing > 0) write(this.#waiting, `Your page waited ${this.#waited()} for an answer to its close frame, and then was told ${conn.pageClose.code}.`);
      this.#closing = 0;
      if (!socket.everOpen) write(this.#said, "Could not connect: the server is away, or a limit on sockets was hit.");
      this.#draw();
    });
    this.#show();
    return socket;
  }

  #waited() {
    return `${((performance.now() - this.#closing) / 1000).toFixed(0)} s`;
  }

  #draw() {
    const conn = this.#conn;
    if (conn?.pageClose === undefined || !this.#socket?.everOpen) return;
    this.#panel.replaceChildren(closePanel(conn));
  }

  #show() {
    const state = this.#socket?.state ?? "closed";
    this.dataset["state"] = state;
    write(this.#state, `ends · ${this.#socket ? `${WORDS[state]}${this.#silent && state === "open" ? ", and the server is silent" : ""}` : "no socket yet"}`);
    write(this.#toggle, this.#socket ? "Open another" : "Open a socket");
    for (const b of this.#ways) b.disabled = state === "closed" || state === "connecting";
  }

  #hello() {
    try {
      if (this.#socket) this.#transcript.sent(this.#socket.socket, this.#socket.send("hello?"), "“hello?”");
    } catch {
      write(this.#said, "This socket sends nothing any more: its page has closed it.");
    }
  }

  /**
   * @param {number | undefined} code
   * @param {string | undefined} reason
   */
  #close(code, reason) {
    const socket = this.#socket;
    if (socket?.state !== "open") {
      write(this.#said, "The page has said goodbye already. Only the other side can end it now.");
      return;
    }
    this.dispatchEvent(new CustomEvent("socket-goodbye", { bubbles: true, detail: { socket: socket.socket } }));
    socket.close(code, reason);
    this.#show();
    if (!this.#silent) return;
    this.#closing = performance.now();
    const tell = () => write(this.#waiting, `Your page’s close frame is up, and nothing comes down: closing for ${this.#waited()}. There is no event, and no method that hurries it. Reset it from the server, or wait until your browser gives up.`);
    tell();
    this.#clock = setInterval(tell, 1000);
  }

  /** @param {Record<string, string>} query */
  async #end(query) {
    const socket = this.#socket;
    if (socket === undefined) return;
    const ended = await this.#command("end", { ...query, socket: socket.socket });
    if (ended === undefined || query["how"] !== "silence" || socket !== this.#socket) return;
    this.#silent = true;
    write(this.#said, "The server answers nothing from now on, and your page can’t know. Send something, or close it.");
    this.#show();
  }

  /**
   * @param {string} what
   * @param {Record<string, string>} query
   */
  #command(what, query) {
    return command("conversation", what, query, (text) => write(this.#said, text));
  }

  /** ask puts the question that stands before the first end. */
  #ask() {
    const prediction = new Prediction(
      {
        question: el("p", {}, el("strong", {}, "Predict, then run."), " A socket is open, and the server resets its TCP connection. Which code does the page’s CloseEvent carry?"),
        choices: [{ value: 1000, text: "1000" }, { value: 1001, text: "1001" }, { value: 1005, text: "1005" }, { value: 1006, text: "1006" }],
        go: "Predict and reset it",
        skip: "Show me",
      },
      () => {
        prediction.wait("A socket is opened, and reset…");
        const socket = this.#open();
        socket.addEventListener("state", () => {
          if (socket.state === "open") void this.#end({ how: "reset" });
        }, { once: true });
        socket.addEventListener("end", (e) => prediction.judge(/** @type {CustomEvent<PageClose>} */ (e).detail.code, "No frame on the wire carried this number. Below stands what each side knew."));
      },
    );
    this.#predict.replaceChildren(prediction.root);
  }
}
