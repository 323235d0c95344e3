// <wu-decoder>: hex that the reader pastes, decoded as they type, with a link that holds all of it; or
// a file of connections that they drop.
// The samples are those that stand inside the element.
import { copy } from "./copy.js";
import { fragmentOf, MOST, rangeOf, readFragment } from "./decode-link.js";
import { button, el, write } from "./dom.js";
import { FileDrop, Progress, textual } from "./file-drop.js";
import { bytes, number, plural } from "./format.js";
import { HexBox } from "./hex-box.js";
import "./wu-decoded.js"; // makes one

/** @import { Place, Draft } from "./decode-link.js" */
/** @import { Mark } from "./hex-box.js" */
/** @import { Decoded, WuDecoded } from "./wu-decoded.js" */

const PAUSE = 250; // milliseconds without a key before the text is decoded

/**
 * @typedef {Decoded & { places: Place[], faults: (Place & { seq: number, rule: string })[] }} Answer
 * @typedef {Answer & { packets: number[], conns: { name: string }[], broken: string, earlier: number }} FileAnswer
 */

/** @type {[string, string, [string, string][]][]} name, label, and what can be chosen */
const CHOICES = [
  ["as", "Read as", [["", "what it looks like"], ["request", "a request"], ["response", "a response"], ["frames", "frames"]]],
  ["side", "Sent by", [["", "whom the mask names"], ["up", "a client"], ["down", "a server"]]],
  ["deflate", "Compression", [["", "if RSV1 says so"], ["on", "on, with context takeover"], ["alone", "on, each message by itself"], ["off", "off"]]],
];

export class WuDecoder extends HTMLElement {
  static define(tag = "wu-decoder", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} for the answer that is awaited */
  #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {HexBox | undefined} */
  #box;
  /** @type {Map<string, HTMLSelectElement>} */
  #choices = new Map();
  #samples = el("select", {});
  /** @type {{ name: string, text: string }[]} */
  #texts = [];
  #decoded = /** @type {WuDecoded} */ (document.createElement("wu-decoded"));
  #said = el("p", { class: "said", role: "status" });
  #fault = el("p", { class: "decode-fault", role: "alert", hidden: true });
  #link = el("code", { class: "link", tabindex: "0", hidden: true });
  /** @type {Answer | undefined} */
  #answer;
  #progress = new Progress();
  #opened = el("div", { class: "opened", hidden: true });

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    if (this.#texts.length === 0) this.#texts = [...this.querySelectorAll(".sample")].map((s) => ({ name: s.querySelector("summary")?.textContent ?? "", text: s.querySelector("pre")?.textContent ?? "" }));
    this.#box = new HexBox("Paste hex", () => this.#later(), signal);
    this.replaceChildren(this.#editor(this.#box, signal), this.#decoded);
    this.addEventListener("decoded-select", (e) => this.#select(/** @type {CustomEvent<{ seqs: number[] }>} */ (e).detail.seqs), { signal });
    addEventListener("hashchange", () => this.#open(), { signal });
    this.#open();
  }

  disconnectedCallback() {
    this.#asking?.abort();
    clearTimeout(this.#timer);
    this.#gone?.abort();
  }

  /**
   * @param {HexBox} box
   * @param {AbortSignal} signal
   */
  #editor(box, signal) {
    this.#samples.replaceChildren(el("option", { value: "" }, "Choose a sample"), ...this.#texts.map(({ name }, i) => el("option", { value: i }, name)));
    this.#samples.addEventListener("change", () => this.#sample(), { signal });
    const choices = CHOICES.map(([name, label, options]) => {
      const select = el("select", { name }, ...options.map(([value, text]) => el("option", { value }, text)));
      select.addEventListener("change", () => void this.#decode(), { signal });
      this.#choices.set(name, select);
      return el("label", {}, `${label} `, select);
    });
    return el(
      "div",
      { class: "decode-editor" },
      new FileDrop(this, (file) => void this.#take(file), signal).root,
      this.#progress.root,
      this.#opened,
      el("label", { class: "samples" }, "Start from ", this.#samples),
      box.root,
      this.#fault,
      this.#said,
      el("div", { class: "choices", role: "group", "aria-label": "What you know of the bytes" }, ...choices),
      el("div", { class: "line" }, button("Copy link", () => void this.#copy(), { class: "btn small" }), button("Clear", () => this.#clear(), { class: "btn small" })),
      this.#link,
      el("details", { class: "forms" }, el("summary", {}, "What can be pasted"), el(
        "ul",
        {},
        el("li", {}, "Pairs of digits, with or without spaces, commas, colons, 0x or \\x. What stands behind a # is a comment."),
        el("li", {}, "Dumps of xxd, hexdump -C, od -A x -t x1, tcpdump -X and Wireshark. Of a packet, leave out the headers of IP and TCP."),
        el("li", {}, "Literals of Python and C, such as b'GET / HTTP/1.1\\r\\n', and arrays of C and Go."),
        el("li", {}, "A > or “up” before what a client sent, a < or “down” before what a server sent."),
      )),
    );
  }

  /** @returns {Draft} */
  get #draft() {
    const chosen = (/** @type {string} */ name) => this.#choices.get(name)?.value ?? "";
    return { text: this.#box?.text ?? "", as: chosen("as"), side: chosen("side"), deflate: chosen("deflate") };
  }

  /** @param {Draft} draft */
  #put(draft) {
    if (!this.#box) return;
    this.#box.text = draft.text;
    for (const name of /** @type {const} */ (["as", "side", "deflate"])) {
      const select = this.#choices.get(name);
      if (select) select.value = [...select.options].some((o) => o.value === draft[name]) ? draft[name] : "";
    }
    void this.#decode();
  }

  /** open shows what the page's own link holds. */
  #open() {
    const draft = readFragment(location.hash);
    if (draft) this.#put(draft);
    else if (location.hash.length > MOST) this.#trouble(`This link is longer than ${number(MOST)} characters (limit: link). Paste its hex instead.`);
    else if (this.#texts[0] && this.#draft.text === "") this.#put({ text: this.#texts[0].text, as: "", side: "", deflate: "" });
  }

  #sample() {
    const sample = this.#texts[Number(this.#samples.value)];
    if (this.#samples.value === "" || !sample) return;
    this.#put({ text: sample.text, as: "", side: "", deflate: "" });
  }

  #clear() {
    this.#samples.value = "";
    this.#put({ text: "", as: "", side: "", deflate: "" });
    this.#box?.area.focus();
  }

  #later() {
    this.#samples.value = "";
    this.#link.hidden = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#decode(), PAUSE);
  }

  async #decode() {
    const { signal } = this.#begin();
    this.#opened.hidden = true;
    const draft = this.#draft;
    const query = new URLSearchParams();
    for (const name of /** @type {const} */ (["as", "side", "deflate"])) if (draft[name] !== "") query.set(name, draft[name]);
    this.#decoded.stale = true;
    try {
      const response = await fetch(`/dissect?${query}`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: draft.text, signal });
      const answer = await response.json();
      if (signal.aborted) return;
      if (response.ok) this.#show(draft, answer);
      else this.#refused(answer, response.status);
    } catch (error) {
      if (!signal.aborted) this.#trouble(error instanceof TypeError ? "The server does not answer. The text stays; type on, or reload the page later." : String(error));
    }
  }

  /** begin ends what is awaited, for something else to be. */
  #begin() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = new AbortController();
    return this.#asking;
  }

  /**
   * take opens a file: hex as text to go on with, others as what they hold.
   * @param {File} file
   * @param {number} [after] the number of the event before the first to show
   */
  async #take(file, after = 0) {
    const { signal } = this.#begin();
    try {
      if (await textual(file)) {
        const text = await file.text();
        if (!signal.aborted) this.#put({ text, as: "", side: "", deflate: "" });
        return;
      }
      this.#decoded.stale = true;
      write(this.#said, "");
      const { status, answer } = await this.#progress.send(`/dissect${after > 0 ? `?after=${after}` : ""}`, file, signal);
      if (signal.aborted) return;
      if (status === 200) this.#showFile(file, answer);
      else this.#trouble(answer.error ?? `The server answered ${status}.`, file.name);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof DOMException && error.name === "AbortError") this.#trouble("Stopped. Nothing of the file was read.", file.name);
      else this.#trouble(error instanceof TypeError ? "The server does not answer, or did not want all of the file. Try again, or with a smaller one." : String(error), file.name);
    }
  }

  /**
   * @param {File} file
   * @param {FileAnswer} answer
   */
  #showFile(file, answer) {
    if (this.#box) this.#box.text = "";
    this.#samples.value = "";
    this.#link.hidden = true;
    history.replaceState(history.state, "", location.pathname);
    this.#answer = answer;
    this.#settled();
    const unit = answer.form === "a HAR" ? "Entry" : "Packet";
    answer.events.forEach((event, i) => (event.place = `${unit} ${number(answer.packets[i] ?? 0)} of the file.`));
    this.#decoded.show(answer);
    const [first, last] = [answer.earlier + 1, answer.earlier + answer.events.length];
    const part = answer.omitted > 0 || answer.earlier > 0 ? `, ${number(first)} to ${number(last)} of ${number(last + answer.omitted)}` : "";
    const steps = [
      answer.earlier > 0 && button("From the start", () => void this.#take(file), { class: "btn small" }),
      answer.omitted > 0 && button("The next events", () => void this.#take(file, last), { class: "btn small" }),
    ];
    this.#opened.replaceChildren(
      el("p", {}, el("b", {}, file.name), ` ${answer.form}, ${bytes(answer.bytes)}: ${plural(answer.events.length, "event")}${part}.`),
      ...(answer.broken === "" ? [] : [el("p", { class: "decode-fault" }, answer.broken)]),
      el("ul", {}, ...answer.conns.slice(0, 50).map(({ name }, i) => el("li", {}, `Connection ${i + 1}: ${name}`))),
      el("div", { class: "line" }, ...steps),
    );
    this.#opened.hidden = false;
    if (this.#decoded.getBoundingClientRect().top > innerHeight / 2) this.#decoded.scrollIntoView(); // on a narrow page it is below all this
  }

  /** settled takes back what stood of another text. */
  #settled() {
    this.#fault.hidden = true;
    this.#box?.area.removeAttribute("aria-invalid");
    this.#decoded.stale = false;
  }

  /**
   * @param {Draft} draft
   * @param {Answer} answer
   */
  #show(draft, answer) {
    this.#answer = answer;
    this.#settled();
    this.#decoded.show(answer);
    const broken = answer.faults.length;
    write(this.#said, answer.bytes === 0 ? "" : `${plural(answer.bytes, "byte")}, read from ${answer.form}: ${plural(answer.events.length + answer.omitted, "event")}${broken > 0 ? `, ${plural(broken, "broken rule")}` : ""}.`);
    const fragment = draft.text === "" ? "" : fragmentOf(draft);
    history.replaceState(history.state, "", location.pathname + (fragment ?? ""));
  }

  /**
   * @param {{ error?: string, line?: number, column?: number, length?: number }} refusal
   * @param {number} status
   */
  #refused({ error, line, column, length }, status) {
    this.#trouble(error ?? `The server answered ${status}.`);
    if (line === undefined || column === undefined || !this.#box) return;
    const [from, to] = rangeOf(this.#box.text, { line, column, endLine: line, endColumn: column + (length ?? 1) });
    this.#box.mark([{ from, to: Math.max(to, from + 1), kind: "fault" }]);
    this.#box.reveal();
  }

  /**
   * @param {string} text
   * @param {string} [file] the file that is to blame, and not what stands in the box
   */
  #trouble(text, file) {
    this.#answer = undefined;
    write(this.#said, "");
    this.#box?.mark([]);
    if (file === undefined) this.#box?.area.setAttribute("aria-invalid", "true");
    else this.#box?.area.removeAttribute("aria-invalid");
    write(this.#fault, `${file === undefined ? "" : `${file}: `}${text} The rows are still those from before.`);
    this.#fault.hidden = false;
    if (file !== undefined) this.#fault.scrollIntoView({ block: "nearest" });
  }

  /**
   * select marks where the bytes of the chosen row stand, and those of them that break a rule.
   * @param {number[]} seqs
   */
  #select(seqs) {
    const { text } = this.#box ?? { text: "" };
    if (!this.#answer) return;
    /** @type {Mark[]} */
    const marks = [];
    for (const seq of seqs.slice(0, 200)) {
      const place = this.#answer.places[seq - 1];
      if (place && place.line > 0) marks.push(mark(text, place, "chosen"));
    }
    for (const fault of this.#answer.faults) if (fault.line > 0 && seqs.includes(fault.seq)) marks.push(mark(text, fault, "fault"));
    this.#box?.mark(marks);
    if (document.activeElement !== this.#box?.area) this.#box?.reveal();
  }

  async #copy() {
    const fragment = fragmentOf(this.#draft);
    if (fragment === undefined) {
      write(this.#said, `This text is too long for a link of ${number(MOST)} characters (limit: link). Send it as a file.`);
      return;
    }
    this.#link.textContent = location.origin + location.pathname + fragment;
    this.#link.hidden = false;
    write(this.#said, `${await copy(this.#link)} The bytes stand behind the link’s #, which no server is sent.`);
  }
}

/**
 * @param {string} text
 * @param {Place} place
 * @param {"fault" | "chosen"} kind
 * @returns {Mark}
 */
function mark(text, place, kind) {
  const [from, to] = rangeOf(text, place);
  return { from, to, kind };
}
