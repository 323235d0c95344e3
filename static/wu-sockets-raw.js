// <wu-sockets-raw>: puts writes together for the raw echo (torn, glued, with pauses, ended by half),
// has the server's forge send them, and shows what the echo read and wrote. A terminal's nc shows too.
import { button, el, freshId, write } from "./dom.js";
import { pageFeed } from "./feed.js";
import { plural } from "./format.js";
import { labWord, onWord, wordChip } from "./lab-word.js";
import { rawEnds } from "./raw-ends.js";
import { RawLog } from "./raw-log.js";
import { bytesOf, glue, orderOf, recode, tear } from "./raw-writes.js";
import { wireId } from "./wire-id.js";

/** @import { Draft } from "./raw-writes.js" */

const LESSON = "sockets";
const PAUSE = 300; // milliseconds between writes that are to be apart
const LONGEST = 4000; // milliseconds of one pause
const MOST = 12; // writes

/** @type {[string, (word: string) => Draft[], string][]} */
const STARTS = [
  ["two writes, apart", (w) => [text(`${w} one\\n`), text(`${w} two\\n`, PAUSE)], "A line in each write, with a pause between"],
  ["two writes, at once", (w) => [text(`${w} one\\n`), text(`${w} two\\n`)], "The same without a pause: what the server reads is up to the kernel"],
  ["one write", (w) => [text(`${w} one line\\n`)], "One line, in one write"],
];

/**
 * @param {string} line
 * @param {number} [pause]
 * @returns {Draft}
 */
function text(line, pause = 0) {
  return { text: line, as: "text", pause };
}

export class WuSocketsRaw extends HTMLElement {
  static define(tag = "wu-sockets-raw", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {RawLog | undefined} */
  #log;
  #start = 0;
  #touched = false;
  /** @type {Draft[]} */
  #drafts = [];
  #list = el("ol", { class: "raw-writes" });
  #end = el("input", { type: "checkbox", id: freshId("end") });
  #endPause = el("input", { type: "text", inputmode: "numeric", size: 5, value: "0", id: freshId("pause"), autocomplete: "off" });
  #guess = el("input", { type: "text", inputmode: "numeric", size: 4, id: freshId("reads"), autocomplete: "off" });
  #judged = el("span", { class: "judged", role: "status" });
  #fault = el("p", { class: "wrong", role: "alert" });
  #said = el("p", { class: "said", role: "status" });
  #send = el("button", { type: "submit", class: "btn primary" }, "Write it to the echo");
  #where = el("p", { class: "why" });
  /** @type {number | undefined} the port that the forge's last connection came from */
  #port;
  #orders = 0;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#log = new RawLog(pageFeed(), this, signal);
    this.#log.addEventListener("more", () => this.#judge());
    const form = el("form", { class: "raw", novalidate: true }, this.#starts(), this.#list, this.#options(), this.#fault, this.#ask());
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#order();
    });
    form.addEventListener("input", (e) => this.#typed(e));
    this.replaceChildren(
      el("h3", {}, "raw echo · bytes, and no protocol", button("Reset", () => this.#reset(), { class: "btn small" })),
      this.#where,
      wordChip(LESSON, signal),
      form,
      this.#said,
      el("h4", { class: "caption" }, "What the server’s calls returned"),
      this.#log.root,
    );
    onWord(() => this.#touched || this.#take(this.#start), signal);
    this.#take(0);
    this.#tellWhere();
    void this.#notes();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  #starts() {
    const group = el("div", { class: "presets", role: "group", "aria-label": "Writes to start from" });
    STARTS.forEach(([name, , why], i) => group.append(button(name, () => this.#take(i), { class: "chip", title: why })));
    return group;
  }

  #options() {
    return el(
      "p",
      { class: "options" },
      button("Add a write", () => this.#change([...this.#drafts, text("more\\n", PAUSE)]), { class: "btn small" }),
      el("span", {}, this.#end, el("label", { for: this.#end.id }, " then end my side, after "), this.#endPause, el("label", { for: this.#endPause.id }, " ms")),
    );
  }

  #ask() {
    return el("p", { class: "raw-send" }, el("label", { for: this.#guess.id }, "Predict: how many reads will the server need?"), " ", this.#guess, " ", this.#send, " ", this.#judged);
  }

  /** @param {number} start which of STARTS */
  #take(start) {
    this.#start = start;
    this.#drafts = STARTS[start]?.[1](labWord(LESSON)) ?? [];
    this.#end.checked = false;
    this.#endPause.value = "0";
    this.#touched = false;
    this.#draw();
  }

  /** @param {Draft[]} drafts */
  #change(drafts) {
    this.#drafts = drafts.slice(0, MOST);
    this.#touched = true;
    this.#draw();
  }

  #draw() {
    this.#list.replaceChildren(...this.#drafts.map((draft, i) => this.#row(draft, i)));
    this.#check();
  }

  /**
   * @param {Draft} draft
   * @param {number} i
   */
  #row(draft, i) {
    const nth = `write ${i + 1}`;
    const bytes = el("input", { type: "text", value: draft.text, "data-part": "text", "aria-label": `Bytes of ${nth}`, autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
    const as = el("select", { "data-part": "as", "aria-label": `How ${nth} is written` }, el("option", { value: "text" }, "text"), el("option", { value: "hex" }, "hex"));
    as.value = draft.as;
    const pause = el("input", { type: "text", inputmode: "numeric", size: 5, value: draft.pause, "data-part": "pause", "aria-label": `Milliseconds to wait before ${nth}`, autocomplete: "off" });
    return el(
      "li",
      { "data-at": i },
      el("span", { class: "raw-wait" }, "wait ", pause, " ms, write"),
      el("span", { class: "raw-bytes" }, as, bytes),
      el(
        "span",
        { class: "raw-tools" },
        el("span", { class: "size muted" }),
        button("Tear", () => this.#change(tear(this.#drafts, i, PAUSE)), { class: "btn small", "aria-label": `Tear ${nth} in two` }),
        button("Glue", () => this.#change(glue(this.#drafts, i)), { class: "btn small", "aria-label": `Glue ${nth} to the next`, disabled: i === this.#drafts.length - 1 }),
        button("Remove", () => this.#change(this.#drafts.toSpliced(i, 1)), { class: "btn small quiet", "aria-label": `Remove ${nth}`, disabled: this.#drafts.length === 1 }),
      ),
    );
  }

  /** @param {Event} event */
  #typed(event) {
    this.#judged.textContent = "";
    const field = event.target;
    const row = field instanceof HTMLElement ? field.closest("[data-at]") : null;
    const draft = row instanceof HTMLElement ? this.#drafts[Number(row.dataset["at"])] : undefined;
    this.#touched ||= field !== this.#guess;
    if (draft && (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) {
      const part = field.dataset["part"];
      if (part === "pause") draft.pause = millis(field.value);
      else if (part === "as") {
        Object.assign(draft, recode(draft, field.value === "hex" ? "hex" : "text"));
        this.#draw();
        return;
      } else draft.text = field.value;
    }
    this.#check();
  }

  /** check says what can't be sent, and how long each write is. */
  #check() {
    let fault = "";
    this.#drafts.forEach((draft, i) => {
      const read = bytesOf(draft);
      const row = this.#list.children[i];
      write(row?.querySelector(".size") ?? undefined, plural(read.bytes.length, "byte"));
      const input = row?.querySelector("input[data-part=text]");
      if (input instanceof HTMLInputElement) input.ariaInvalid = read.fault ? "true" : null;
      if (read.fault) fault ||= `Write ${i + 1}: ${read.fault}`;
      else if (!(draft.pause >= 0 && draft.pause <= LONGEST)) fault ||= `Write ${i + 1}: a pause is a number of milliseconds, up to ${LONGEST}.`;
    });
    const last = millis(this.#endPause.value);
    if (!(last >= 0 && last <= LONGEST)) fault ||= `The end: a pause is a number of milliseconds, up to ${LONGEST}.`;
    write(this.#fault, fault);
    this.#send.disabled = fault !== "";
  }

  async #order() {
    if (this.#send.disabled) return;
    const order = ++this.#orders;
    this.#port = undefined;
    this.#judged.textContent = "";
    this.#said.textContent = "Writing…";
    const body = JSON.stringify(orderOf(this.#drafts, { end: this.#end.checked, pause: millis(this.#endPause.value) }));
    try {
      const response = await fetch(`/forge?wire=${wireId()}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: this.#gone?.signal ?? null });
      const answer = await response.json();
      if (order !== this.#orders) return;
      if (!response.ok) {
        this.#said.textContent = typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`;
        return;
      }
      this.#port = answer.port;
      const ends = answer.ended === "server closed" ? "Then the server closed." : "Then our side closed.";
      this.#said.textContent = `${plural(answer.sent, "byte")} went out in ${plural(this.#drafts.length, "write")}, and ${plural(answer.receivedLength, "byte")} came back. ${ends}${answer.note ? ` ${answer.note}` : ""}`;
      this.#judge();
    } catch {
      if (order === this.#orders && !this.#gone?.signal.aborted) this.#said.textContent = "The server does not answer. Is it running?";
    }
  }

  /** judge puts the guess beside the count, once the connection is over. */
  #judge() {
    if (this.#port === undefined) return;
    const count = this.#log?.readsOf(this.#port);
    if (!count?.over) return;
    this.#port = undefined;
    const said = this.#guess.value.trim();
    const right = said !== "" && Number(said) === count.reads;
    this.#judged.replaceChildren(
      ...(said === "" ? [] : [el("span", { class: right ? "right" : "wrong" }, `You said ${said.slice(0, 8)} ${right ? "✓" : "✗"}`), " · "]),
      el("b", {}, plural(count.reads, "read")),
    );
  }

  #tellWhere() {
    const { raw, rawunix } = rawEnds(location.hostname);
    const code = (/** @type {string} */ line) => el("code", {}, line);
    this.#where.replaceChildren(
      "The echo sends back what it reads, a quarter of a second later. ",
      ...(raw ? ["Here the server’s forge connects to it for you; from a terminal it is ", code(`nc ${raw}`)] : []),
      ...(rawunix ? [raw ? ", and over a path " : "From a terminal it is ", code(`nc -U ${rawunix}`)] : []),
      raw || rawunix ? "." : "",
    );
  }

  /** notes adds what the server has to say of the echo's ends. */
  async #notes() {
    try {
      const response = await fetch(`/lab/sockets/control/state?wire=${wireId()}`, { method: "POST", signal: this.#gone?.signal ?? null });
      const { raw } = await response.json();
      for (const note of raw?.notes ?? []) this.#where.append(" ", note);
    } catch {
      // Without it the lab works as well; the next press will say that the server is away.
    }
  }

  #reset() {
    this.#orders++;
    this.#port = undefined;
    this.#guess.value = this.#judged.textContent = this.#said.textContent = "";
    this.#log?.clear();
    this.#take(0);
  }
}

/** @param {string} value */
function millis(value) {
  return /^\d{1,6}$/.test(value.trim()) ? Number(value) : Number.NaN;
}
