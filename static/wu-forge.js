// <wu-forge>: sets each field of frames by hand, shows their bytes at once, cuts them into writes, and
// has the server send them to itself. Emits wire-select for the frame that was sent.
import { BitPicture } from "./bit-picture.js";
import { button, el, freshId, typing, write } from "./dom.js";
import { pageFeed } from "./feed.js";
import { fillLine } from "./fill-line.js";
import { AnswerView } from "./forge-answer.js";
import { BothView } from "./forge-both.js";
import { deflated, HELLO, specOf } from "./forge-draft.js";
import { encode, fault, fields, hexOf, OPCODES, readHex, said } from "./forge-frame.js";
import { fromPreset, layOut, MOST_BYTES, MOST_FRAMES, MOST_PAUSE, order, planFault, planWords, unchanged, whereIs } from "./forge-plan.js";
import { PRESETS } from "./forge-presets.js";
import { Strip } from "./forge-strip.js";
import { frameWords, opcodeName } from "./forge-words.js";
import { WriteList } from "./forge-writes.js";
import { Forged } from "./forged.js";
import { number } from "./format.js";
import { HexView } from "./hex-view.js";
import { spaced, utf8 } from "./hex.js";
import { Linked } from "./linked.js";
import { wireId } from "./wire-id.js";
import "./wu-terminal.js"; // makes one

/** @import { FrameType, WireEvent } from "./event-types.js" */
/** @import { FrameSpec } from "./forge-frame.js" */
/** @import { Draft, ForgeAnswer, Planned, Preset, Write } from "./forge-types.js" */

/** @type {["fin" | "rsv1" | "rsv2" | "rsv3" | "mask", string, string][]} */
const BITS = [
  ["fin", "FIN", "ctl"],
  ["rsv1", "RSV1", "ctl"],
  ["rsv2", "RSV2", "ctl"],
  ["rsv3", "RSV3", "ctl"],
  ["mask", "MASK", "mask"],
];

/** @type {[FrameSpec["lengthForm"], string][]} */
const FORMS = [
  ["auto", "shortest"],
  [7, "7 bits"],
  [16, "16 bits"],
  [64, "64 bits"],
];

const OFFERS = ["permessage-deflate", "permessage-deflate; client_no_context_takeover", "permessage-deflate; server_no_context_takeover"];

/** A plan without a fault, as it goes out. */
/** @typedef {{ bytes: Uint8Array, starts: number[], writes: Write[] }} Ready */

export class WuForge extends HTMLElement {
  static define(tag = "wu-forge", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {AbortController | undefined} what the picture listens to, until it is drawn anew */
  #drawn;
  /** @type {Forged | undefined} */
  #forged;
  /** @type {Planned[]} */
  #plan = [{ draft: { ...HELLO }, cuts: new Map() }];
  #at = 0; // the frame that stands in the controls
  #offer = ""; // of extensions
  /** @type {Preset | undefined} what the plan was begun from */
  #preset = PRESETS[0];
  /** @type {Ready | undefined} undefined while the controls hold a fault */
  #ready;
  /** @type {ForgeAnswer | undefined} */
  #answer;
  /** @type {ForgeAnswer | undefined} of the library */
  #other;
  /** @type {Preset | undefined} whose answer was waited for */
  #asked;
  #shown = 0; // the event of the sent frame that the panel was asked to show
  #orders = 0;
  #word = ""; // of the exercise that is done here, if one is: frames to start from carry it

  /** @type {Map<string, HTMLButtonElement>} */
  #bits = new Map();
  #opcode = el("select", { id: freshId("opcode") }, ...OPCODES.map((_, code) => el("option", { value: code }, opcodeName(code))));
  /** @type {HTMLInputElement[]} */
  #forms = [];
  #claimed = el("input", { type: "text", inputmode: "numeric", id: freshId("claimed"), size: 8, autocomplete: "off" });
  #key = el("input", { type: "text", id: freshId("key"), size: 12, autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
  #keys = [button("random", () => this.#change({ key: hexOf(crypto.getRandomValues(new Uint8Array(4))) }), { class: "btn small" }), button("zeros", () => this.#change({ key: "00000000" }), { class: "btn small" })];
  #payload = el("input", { type: "text", id: freshId("payload"), autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
  #file = el("input", { type: "file", "aria-label": "File whose bytes are the payload" });
  #as = el("select", { id: freshId("as") }, el("option", { value: "text" }, "text"), el("option", { value: "hex" }, "hex"), el("option", { value: "file" }, "a file"));
  #more = el("select", { id: freshId("presets") });
  #why = el("p", { class: "preset-why" });
  #frames = el("div", { class: "forge-frames", role: "group", "aria-label": "Frames of the plan" });
  #place = el("div", { class: "forge-frame" });
  #words = el("p", { class: "words", "aria-live": "polite" });
  #fault = el("p", { class: "wrong", id: freshId("fault"), role: "alert" });
  #summary = el("span", {});
  #details = el("details", { class: "forge-plan" });
  /** @type {Strip | undefined} */
  #strip;
  #writes = new WriteList((i, pause) => this.#pause(i, pause));
  #tools = /** @type {Record<string, HTMLButtonElement>} */ ({});
  #byte = el("input", { type: "number", id: freshId("byte"), min: 1, max: MOST_BYTES - 1, step: 1 });
  #extensions = el("input", { type: "text", id: freshId("extensions"), size: 30, autocomplete: "off", spellcheck: "false", autocapitalize: "none", placeholder: "none", maxlength: 1024 });
  #send = el("button", { type: "submit", class: "btn primary" }, "Send these bytes");
  #both = button("Send them to gorilla, too", () => void this.#order(true), { class: "btn", title: "The same bytes to /echo and to /echo?library=gorilla, side by side" });
  #code = el("code");
  #back = new AnswerView((seq) => this.#select(seq));
  #beside = new BothView((seq) => this.#select(seq));

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#forged = new Forged(pageFeed(), signal);
    this.#forged.addEventListener("more", () => this.#look());
    this.#strip = new Strip((byte) => this.#toggle(byte), signal);
    this.#fillDetails(this.#strip);
    const form = el("form", { class: "forge", novalidate: true }, this.#starts(), this.#why, this.#frames, ...this.#parts(), this.#place, this.#words, this.#details, this.#fault, el("p", { class: "forge-send" }, this.#send, " ", this.#both));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#order(false);
    });
    form.addEventListener("input", (e) => this.#read(e), { signal });
    this.#more.addEventListener("change", () => this.#choose(), { signal });
    this.#byte.addEventListener("keydown", (e) => {
      if (e.key !== "Enter") return;
      e.preventDefault(); // it would send
      this.#cutAt();
    }, { signal });
    this.#file.addEventListener("change", () => void this.#takeFile(), { signal });
    this.replaceChildren(
      el("h3", {}, "frame forge · to /echo, from this server itself"),
      el("p", { class: "why" }, "A page can't send these itself: the browser's API takes whole messages, and the browser alone writes the headers and draws the keys."),
      form,
      this.#back.root,
      this.#beside.root,
      el("wu-terminal", { class: "forge-line" }, el("pre", { class: "line", tabindex: "0" }, this.#code)),
    );
    this.addEventListener("lab-word", (e) => {
      this.#word = /** @type {CustomEvent<string>} */ (e).detail;
      this.#change({ payload: this.#word, as: "text" });
    }, { signal });
    this.#write();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#drawn?.abort();
  }

  /** The frame that stands in the controls. */
  get #planned() {
    return /** @type {Planned} */ (this.#plan[this.#at]);
  }

  get #draft() {
    return this.#planned.draft;
  }

  #starts() {
    const group = el("div", { class: "presets", role: "group", "aria-label": "Frames to start from" });
    for (const preset of PRESETS) if (preset.first) group.append(button(preset.name, () => this.#begin(preset), { class: "chip", title: preset.why }));
    const groups = [...new Set(PRESETS.map((preset) => preset.group))];
    this.#more.replaceChildren(
      el("option", { value: "" }, `all ${PRESETS.length} …`),
      ...groups.map((name) => el("optgroup", { label: name }, ...PRESETS.filter((preset) => preset.group === name).map(({ id, name }) => el("option", { value: id }, name)))),
    );
    group.append(labelled("or start from", this.#more));
    return group;
  }

  #choose() {
    const preset = PRESETS.find(({ id }) => id === this.#more.value);
    if (preset) this.#begin(preset);
  }

  /**
   * begin takes a preset over.
   * @param {Preset} preset
   */
  #begin(preset) {
    this.#preset = preset;
    this.toggleAttribute("data-ran", false);
    this.#plan = fromPreset(preset, this.#word ? { payload: this.#word } : {});
    this.#at = 0;
    this.#offer = preset.offer ?? "";
    if (this.#plan.length > 1 || preset.cuts || preset.offer) this.#details.open = true;
    this.#words.ariaLive = "polite";
    this.#write();
  }

  #parts() {
    this.#forms = [];
    for (const [name, label, tone] of BITS) {
      const bit = button("", () => this.#change({ [name]: !this.#draft[name] }), { class: `bit-switch f-${tone}`, "data-bit": label });
      bit.append(el("small", {}, label), " ", el("b", {}, "0"));
      this.#bits.set(name, bit);
    }
    const bits = (/** @type {string[]} */ ...names) => names.flatMap((name) => this.#bits.get(name) ?? []);
    const form = freshId("form");
    const forms = FORMS.map(([value, text]) => {
      const radio = el("input", { type: "radio", name: form, value });
      this.#forms.push(radio);
      return el("label", {}, radio, text);
    });
    return [
      part("first byte", el("div", { class: "bit-switches" }, ...bits("fin", "rsv1", "rsv2", "rsv3")), labelled("opcode", this.#opcode)),
      part("second byte, and the length", el("div", { class: "bit-switches" }, ...bits("mask")), el("div", { class: "choices", role: "group", "aria-label": "Form of the length" }, ...forms), labelled("length to claim", this.#claimed)),
      part("masking key", labelled("in hex", this.#key), ...this.#keys),
      part("payload", labelled("as", this.#as), el("label", { for: this.#payload.id, class: "visually-hidden" }, "Payload, before masking"), this.#payload, this.#file),
    ];
  }

  /** @param {Strip} strip */
  #fillDetails(strip) {
    const tools = {
      add: button("add a frame", () => this.#add(), { class: "btn small" }),
      remove: button("remove", () => this.#remove(), { class: "btn small", title: "Remove the frame that stands in the controls" }),
      earlier: button("earlier", () => this.#move(-1), { class: "btn small", title: "Send this frame before the one before it" }),
      later: button("later", () => this.#move(1), { class: "btn small", title: "Send this frame behind the one behind it" }),
    };
    this.#tools = tools;
    const cutting = [
      button("one write in all", () => this.#cutAll(() => []), { class: "btn small" }),
      button("a write for each frame", () => this.#cutAll((_, i) => (i > 0 ? [0] : [])), { class: "btn small" }),
      button("cut each header in two", () => this.#cutAll(() => [1]), { class: "btn small" }),
    ];
    const list = el("datalist", { id: freshId("offers") }, ...OFFERS.map((value) => el("option", { value })));
    this.#extensions.setAttribute("list", list.id);
    this.#details.replaceChildren(
      el("summary", {}, "Several frames, writes and pauses, compression: ", this.#summary),
      el("div", { class: "forge-tools", role: "group", "aria-label": "Change the frames" }, ...Object.values(tools)),
      el("p", { class: "caption" }, "All bytes in order. Press a byte to cut before it: a new write begins there."),
      strip.root,
      el("div", { class: "forge-tools", role: "group", "aria-label": "Cuts" }, ...cutting, labelled("before byte", this.#byte), button("cut", () => this.#cutAt(), { class: "btn small" })),
      this.#writes.root,
      el("div", { class: "forge-tools" }, labelled("extensions to offer", this.#extensions), list, button("compress this payload", () => void this.#compress(), { class: "btn small", title: "Deflates the payload, and sets RSV1" })),
    );
  }

  /**
   * change sets some of the controls.
   * @param {Partial<Draft>} change
   */
  #change(change) {
    Object.assign(this.#draft, change);
    this.#words.ariaLive = "polite";
    this.#write();
  }

  #add() {
    if (this.#plan.length >= MOST_FRAMES) return;
    this.#plan.splice(this.#at + 1, 0, { draft: { ...HELLO, ...(this.#word ? { payload: this.#word } : {}) }, cuts: new Map([[0, 0]]) });
    this.#at++;
    this.#write();
  }

  #remove() {
    if (this.#plan.length < 2) return;
    this.#plan.splice(this.#at, 1);
    this.#at = Math.min(this.#at, this.#plan.length - 1);
    this.#write();
  }

  /** @param {number} by */
  #move(by) {
    const to = this.#at + by;
    if (to < 0 || to >= this.#plan.length) return;
    this.#plan.splice(to, 0, ...this.#plan.splice(this.#at, 1));
    this.#at = to;
    this.#write();
  }

  /**
   * toggle sets a cut before a byte of the plan, or takes it away.
   * @param {number} byte
   */
  #toggle(byte) {
    if (this.#ready === undefined) return;
    const [frame, offset] = whereIs(this.#ready.starts, byte);
    const cuts = this.#plan[frame]?.cuts;
    if (cuts && !cuts.delete(offset)) cuts.set(offset, 0);
    this.#draw();
  }

  /** cutAt cuts before the byte whose number was typed, in or out of the strip's sight. */
  #cutAt() {
    const byte = this.#byte.valueAsNumber;
    const all = this.#ready?.bytes.length ?? 0;
    if (Number.isInteger(byte) && byte > 0 && byte < all) this.#toggle(byte);
    else write(this.#fault, `Cut before a byte of 1 to ${number(all - 1)}: the first is byte 0, where a write begins anyway.`);
  }

  /** @param {(planned: Planned, i: number) => number[]} where the offsets at which each frame is cut */
  #cutAll(where) {
    this.#plan.forEach((planned, i) => (planned.cuts = new Map(where(planned, i).map((offset) => [offset, 0]))));
    this.#draw();
  }

  /**
   * @param {number} i
   * @param {number} pause
   */
  #pause(i, pause) {
    const from = this.#ready?.writes[i]?.from;
    if (this.#ready === undefined || from === undefined) return;
    const [frame, offset] = whereIs(this.#ready.starts, from);
    this.#plan[frame]?.cuts.set(offset, Math.min(pause, MOST_PAUSE));
    this.#draw();
  }

  async #takeFile() {
    const planned = this.#planned;
    const file = this.#file.files?.[0];
    if (file === undefined) return;
    if (file.size > MOST_BYTES) {
      this.#fault.textContent = `${file.name} has ${number(file.size)} bytes, and one forge sends ${number(MOST_BYTES)} at most. Choose a smaller one.`;
      return;
    }
    try {
      planned.draft.file = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      this.#write();
    } catch {
      this.#fault.textContent = `${file.name} can't be read.`;
    }
  }

  /** compress puts the payload's compressed bytes in its place. */
  async #compress() {
    const { draft } = this.#planned;
    const { spec, faults } = specOf(draft);
    if (faults.has("payload")) return;
    const bytes = await deflated(spec.payload);
    Object.assign(draft, { payload: spaced(hexOf(bytes)), as: "hex", rsv1: true });
    this.#offer ||= OFFERS[0] ?? "";
    this.#write();
  }

  /**
   * read takes over what the reader typed or chose. A sentence after each key would be too many.
   * @param {Event} event
   */
  #read(event) {
    if (event.target === this.#more || event.target === this.#file || event.target === this.#byte || this.#writes.root.contains(/** @type {Node} */ (event.target))) return;
    this.#words.ariaLive = typing(event) ? "off" : "polite";
    const recoded = this.#as.value === this.#draft.as || this.#recode();
    if (!recoded) this.#as.value = "hex";
    const chosen = this.#forms.findIndex((radio) => radio.checked);
    Object.assign(this.#draft, { opcode: Number(this.#opcode.value), lengthForm: FORMS[chosen]?.[0] ?? "auto", claimed: this.#claimed.value, key: this.#key.value, payload: this.#payload.value, as: this.#as.value });
    this.#offer = this.#extensions.value.trim();
    this.#draw();
    if (!recoded) this.#fault.textContent = "These bytes are no line of text in UTF-8, so they stay in hex.";
  }

  /** recode writes the payload the other way, and says whether every byte could be. */
  #recode() {
    const before = this.#payload.value;
    const { as, file } = this.#draft;
    if (this.#as.value === "file") return true;
    const bytes = as === "file" ? (file?.bytes ?? new Uint8Array()) : as === "text" ? new TextEncoder().encode(before) : readHex(before).bytes;
    if (this.#as.value === "hex") {
      this.#payload.value = spaced(hexOf(bytes));
      return true;
    }
    this.#payload.value = utf8(bytes) ?? ""; // which loses line ends
    const read = as === "hex" ? readHex(before).fault === "" : true;
    if (read && hexOf(new TextEncoder().encode(this.#payload.value)) === hexOf(bytes)) return true;
    this.#payload.value = as === "file" ? spaced(hexOf(bytes)) : before;
    return false;
  }

  /** write puts the draft into the controls. */
  #write() {
    const d = this.#draft;
    this.#opcode.value = String(d.opcode);
    for (const [i, radio] of this.#forms.entries()) radio.checked = FORMS[i]?.[0] === d.lengthForm;
    this.#claimed.value = d.claimed;
    this.#key.value = d.key;
    this.#as.value = d.as;
    this.#payload.value = d.payload;
    this.#extensions.value = this.#offer;
    this.#file.value = "";
    this.#draw();
  }

  /** draw shows the frame that the controls describe, or what is wrong with them. */
  #draw() {
    const d = this.#draft;
    for (const [name] of BITS) {
      const bit = this.#bits.get(name);
      bit?.setAttribute("aria-pressed", String(d[name]));
      const value = bit?.querySelector("b");
      if (value) value.textContent = d[name] ? "1" : "0";
    }
    for (const control of [this.#key, ...this.#keys]) control.disabled = !d.mask;
    this.#payload.hidden = d.as === "file";
    this.#file.hidden = d.as !== "file";
    const specs = this.#plan.map(({ draft }) => specOf(draft));
    const { spec, faults } = /** @type {ReturnType<typeof specOf>} */ (specs[this.#at]);
    this.#claimed.placeholder = String(spec.payload.length);
    for (const [name, input] of /** @type {const} */ ([["key", this.#key], ["payload", this.#payload], ["claimed", this.#claimed]])) {
      const wrong = faults.has(name);
      input.ariaInvalid = wrong ? "true" : null;
      if (wrong) input.setAttribute("aria-describedby", this.#fault.id);
      else input.removeAttribute("aria-describedby");
    }
    const frameFaults = specs.map((s) => [...s.faults.values()][0] ?? fault(s.spec));
    const faulty = frameFaults[this.#at] ? this.#at : frameFaults.findIndex((wrong) => wrong !== "");
    const wrong = faulty < 0 ? "" : `${faulty === this.#at ? "" : `Frame ${faulty + 1}: `}${frameFaults[faulty]} Until then the bytes above stay as they were.`;
    this.#tabs(specs.map((s) => s.spec));
    this.#ready = undefined;
    if (wrong === "") this.#drawPlan(specs.map((s) => s.spec));
    const say = wrong || this.#planFault();
    write(this.#fault, say);
    this.#send.disabled = this.#both.disabled = say !== "";
  }

  /** What keeps a plan without a fault in its frames from being sent. */
  #planFault() {
    if (this.#ready === undefined) return "";
    if (/[^ -~]/.test(this.#offer)) return "Extensions to offer: visible ASCII and spaces only, since it is the value of one header field.";
    return planFault(this.#ready.bytes, this.#ready.writes);
  }

  /** @param {FrameSpec[]} specs */
  #drawPlan(specs) {
    const frames = specs.map((spec, i) => ({ bytes: encode(spec), cuts: this.#plan[i]?.cuts ?? new Map() }));
    const ready = layOut(frames);
    this.#ready = ready;
    const [spec, frame] = [specs[this.#at], frames[this.#at]];
    if (spec && frame) {
      this.#picture(spec, frame.bytes);
      this.#words.textContent = frameWords(spec, frame.bytes.length);
    }
    this.#strip?.show(ready.bytes, ready.starts, ready.writes, this.#at);
    this.#writes.show(ready.writes);
    write(this.#summary, planWords(frames.length, ready.writes));
    const same = this.#preset !== undefined && unchanged(this.#preset, ready.bytes, ready.writes, this.#offer);
    this.#more.value = same ? (this.#preset?.id ?? "") : "";
    write(this.#why, same ? `${this.#preset?.why}.` : "");
    const line = `curl --json '${this.#json(ready, false)}' '{origin}/forge?wire={wire}'`;
    this.#code.textContent = fillLine(line, { host: location.host, origin: location.origin, wire: wireId() });
  }

  /**
   * tabs shows the frames of a plan that has several, to choose one from.
   * @param {FrameSpec[]} specs
   */
  #tabs(specs) {
    this.#frames.hidden = specs.length < 2;
    const held = [...this.#frames.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.#frames.replaceChildren(
      ...specs.map((spec, i) =>
        button(`${i + 1} · ${OPCODES[spec.opcode]}${spec.fin ? "" : " …"}`, () => {
          this.#at = i;
          this.#write();
        }, { class: "chip", "aria-pressed": String(i === this.#at) }),
      ),
    );
    const focus = this.#frames.children[held];
    if (focus instanceof HTMLElement) focus.focus();
    const { add, remove, earlier, later } = this.#tools;
    if (add) add.disabled = specs.length >= MOST_FRAMES;
    if (remove) remove.disabled = specs.length < 2;
    if (earlier) earlier.disabled = this.#at === 0;
    if (later) later.disabled = this.#at === specs.length - 1;
  }

  /**
   * @param {FrameSpec} spec
   * @param {Uint8Array} bytes
   */
  #picture(spec, bytes) {
    this.#drawn?.abort();
    this.#drawn = new AbortController();
    const { signal } = this.#drawn;
    const linked = new Linked(fields(spec));
    const event = eventOf(spec, bytes);
    this.#place.replaceChildren(new BitPicture(event, linked, signal).root, new HexView(event, linked, signal).root);
  }

  /**
   * @param {Ready} ready
   * @param {boolean} library
   */
  #json({ bytes, writes }, library) {
    return JSON.stringify(order(bytes, writes, this.#offer, { library }));
  }

  /**
   * order has the plan sent, and if wished to the library as well.
   * @param {boolean} both
   */
  async #order(both) {
    const ready = this.#ready;
    if (ready === undefined || this.#send.disabled) return;
    const turn = ++this.#orders;
    this.#answer = this.#other = undefined;
    this.#asked = this.#preset && unchanged(this.#preset, ready.bytes, ready.writes, this.#offer) ? this.#preset : undefined;
    const bodies = both ? [this.#json(ready, false), this.#json(ready, true)] : [this.#json(ready, false)];
    this.#back.say("Sending…");
    this.#beside.hide();
    try {
      for (const [i, body] of bodies.entries()) {
        if (i > 0) this.#beside.say("Sending them to gorilla…");
        const answer = await this.#post(body);
        if (turn !== this.#orders) return;
        if (typeof answer === "string") {
          if (i > 0) this.#beside.say(answer);
          else this.#back.say(answer);
          return;
        }
        if (i > 0) this.#other = answer;
        else [this.#answer, this.#shown] = [answer, 0];
        this.toggleAttribute("data-ran", true);
        this.#look();
      }
    } catch {
      if (turn === this.#orders && !this.#gone?.signal.aborted) this.#back.say("The server does not answer. Is it running?");
    }
  }

  /**
   * post sends an order, and returns its answer, or why there is none.
   * @param {string} body
   * @returns {Promise<ForgeAnswer | string>}
   */
  async #post(body) {
    const response = await fetch(`/forge?wire=${wireId()}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: this.#gone?.signal ?? null });
    const answer = await response.json();
    if (response.ok) return answer;
    return typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`;
  }

  /** look shows the answer with what the feed has told of it, and the frame in the panel. */
  #look() {
    const answer = this.#answer;
    if (answer === undefined) return;
    const events = this.#forged?.from(answer.port) ?? [];
    this.#back.show(answer, events, this.#asked);
    const other = this.#other;
    if (other) this.#beside.show({ answer, events }, { answer: other, events: this.#forged?.from(other.port) ?? [] });
    const sent = events.find((e) => e.direction === "up" && (e.kind === "frame" || e.kind === "bytes"));
    if (sent === undefined || sent.seq === this.#shown) return;
    this.#shown = sent.seq;
    // The panel may hear of this batch after us.
    queueMicrotask(() => this.#select(sent.seq));
  }

  /** @param {number} seq */
  #select(seq) {
    this.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq } }));
  }
}

/**
 * part is a group of controls with a name.
 * @param {string} name
 * @param {...Node} controls
 */
function part(name, ...controls) {
  return el("fieldset", { class: "part" }, el("legend", {}, name), ...controls);
}

/**
 * @param {string} text
 * @param {HTMLElement} control
 */
function labelled(text, control) {
  return el("span", { class: "labelled" }, el("label", { for: control.id }, text), control);
}

/**
 * eventOf is the frame in the shape that the feed has for one, for the views that draw those.
 * @param {FrameSpec} spec
 * @param {Uint8Array} bytes
 * @returns {WireEvent}
 */
function eventOf(spec, bytes) {
  const hex = hexOf(bytes);
  const headerLength = bytes.length - spec.payload.length;
  const text = utf8(spec.payload);
  const type = /** @type {FrameType} */ (OPCODES[spec.opcode] ?? "reserved");
  return {
    seq: 0, conn: 0, at: 0, direction: "up", kind: "frame", devtools: "hidden", summary: "", truncated: false,
    size: bytes.length, overhead: headerLength, payloadLength: spec.payload.length, bytes: hex,
    frame: {
      fin: spec.fin, rsv1: spec.rsv1, rsv2: spec.rsv2, rsv3: spec.rsv3, opcode: spec.opcode, type, masked: spec.mask, truncated: false,
      payloadLength: spec.payload.length, lengthForm: said(spec).form, headerLength, header: hex.slice(0, 2 * headerLength), payload: hex.slice(2 * headerLength),
      unmasked: hexOf(spec.payload), ...(text === undefined ? {} : { text }),
    },
  };
}
