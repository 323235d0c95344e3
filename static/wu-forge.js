// <wu-forge>: sets each field of a frame by hand, shows its bytes at once, and has the server send
// them to itself. Emits wire-select for the frame that was sent.
import { BitPicture } from "./bit-picture.js";
import { button, el, freshId, typing } from "./dom.js";
import { pageFeed } from "./feed.js";
import { fillLine } from "./fill-line.js";
import { AnswerView } from "./forge-answer.js";
import { encode, fault, fields, hexOf, OPCODES, readHex, said } from "./forge-frame.js";
import { frameWords, opcodeName } from "./forge-words.js";
import { Forged } from "./forged.js";
import { HexView } from "./hex-view.js";
import { spaced, utf8 } from "./hex.js";
import { Linked } from "./linked.js";
import { wireId } from "./wire-id.js";

/** @import { FrameType, WireEvent } from "./event-types.js" */
/** @import { FrameSpec } from "./forge-frame.js" */
/** @import { ForgeAnswer } from "./forge-words.js" */

const UPGRADE = "/echo?breakdown=off";

/**
 * What stands in the controls. The payload is text or hex, the key and the length are as typed.
 * @typedef {{ fin: boolean, rsv1: boolean, rsv2: boolean, rsv3: boolean, opcode: number, mask: boolean,
 *   lengthForm: FrameSpec["lengthForm"], claimed: string, key: string, payload: string, as: "text" | "hex" }} Draft
 */

/** @type {Draft} the RFC's own example of a masked frame, §5.7 */
const HELLO = { fin: true, rsv1: false, rsv2: false, rsv3: false, opcode: 1, mask: true, lengthForm: "auto", claimed: "", key: "37fa213d", payload: "Hello", as: "text" };

/** @type {[name: string, change: Partial<Draft>, why: string][]} */
const STARTS = [
  ["“Hello”, masked", { payload: "Hello" }, "The RFC's own example, §5.7"],
  ["unmasked", { mask: false }, "The same as a server would send it"],
  ["reserved bit", { rsv1: true }, "RSV1 without an extension that gives it a meaning"],
  ["opcode 3", { opcode: 3 }, "Reserved for data frames yet to be defined"],
  ["length 5 in 16 bits", { lengthForm: 16, payload: "Hello" }, "A longer form than the length needs"],
  ["ping", { opcode: 9, payload: "ping" }, "No browser's API can send one"],
  ["fragment without its end", { fin: false }, "The first frame of a message, and no other"],
];

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
  #draft = { ...HELLO };
  /** @type {Uint8Array | undefined} undefined while the controls hold a fault */
  #bytes;
  /** @type {ForgeAnswer | undefined} */
  #answer;
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
  #as = el("select", { id: freshId("as") }, el("option", { value: "text" }, "text"), el("option", { value: "hex" }, "hex"));
  #place = el("div", { class: "forge-frame" });
  #words = el("p", { class: "words", "aria-live": "polite" });
  #fault = el("p", { class: "wrong", id: freshId("fault"), role: "alert" });
  #send = el("button", { type: "submit", class: "btn primary" }, "Send these bytes");
  #code = el("code");
  #back = new AnswerView((seq) => this.#select(seq));

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#forged = new Forged(pageFeed(), signal);
    this.#forged.addEventListener("more", () => this.#look());
    const form = el("form", { class: "forge", novalidate: true }, this.#starts(), ...this.#parts(), this.#place, this.#words, this.#fault, el("p", { class: "forge-send" }, this.#send));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#order();
    });
    form.addEventListener("input", (e) => this.#read(e), { signal });
    this.replaceChildren(
      el("h3", {}, "frame forge · to /echo, from this server itself"),
      el("p", { class: "why" }, "A page can't send these itself: the browser's API takes whole messages, and the browser alone writes the headers and draws the keys."),
      form,
      this.#back.root,
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

  #starts() {
    const group = el("div", { class: "presets", role: "group", "aria-label": "Frames to start from" });
    for (const [name, change, why] of STARTS) group.append(button(name, () => this.#change({ ...HELLO, payload: this.#word || HELLO.payload, ...change }), { class: "chip", title: why }));
    return group;
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
      part("payload", labelled("as", this.#as), el("label", { for: this.#payload.id, class: "visually-hidden" }, "Payload, before masking"), this.#payload),
    ];
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

  /**
   * read takes over what the reader typed or chose. A sentence after each key would be too many.
   * @param {Event} event
   */
  #read(event) {
    this.#words.ariaLive = typing(event) ? "off" : "polite";
    const recoded = this.#as.value === this.#draft.as || this.#recode();
    if (!recoded) this.#as.value = "hex";
    const chosen = this.#forms.findIndex((radio) => radio.checked);
    Object.assign(this.#draft, { opcode: Number(this.#opcode.value), lengthForm: FORMS[chosen]?.[0] ?? "auto", claimed: this.#claimed.value, key: this.#key.value, payload: this.#payload.value, as: this.#as.value });
    this.#draw();
    if (!recoded) this.#fault.textContent = "These bytes are no line of text in UTF-8, so they stay in hex.";
  }

  /** recode writes the payload the other way, and says whether every byte could be. */
  #recode() {
    const before = this.#payload.value;
    if (this.#as.value === "hex") {
      this.#payload.value = spaced(hexOf(new TextEncoder().encode(before)));
      return true;
    }
    const { bytes, fault } = readHex(before);
    this.#payload.value = utf8(bytes) ?? ""; // which loses line ends
    if (fault === "" && hexOf(new TextEncoder().encode(this.#payload.value)) === hexOf(bytes)) return true;
    this.#payload.value = before;
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
    const { spec, faults } = this.#spec();
    this.#claimed.placeholder = String(spec.payload.length);
    for (const input of [this.#key, this.#payload, this.#claimed]) {
      const wrong = faults.has(input);
      input.ariaInvalid = wrong ? "true" : null;
      if (wrong) input.setAttribute("aria-describedby", this.#fault.id);
      else input.removeAttribute("aria-describedby");
    }
    const wrong = [...faults.values()][0] ?? fault(spec);
    const say = wrong && `${wrong} Until then the bytes above stay as they were.`;
    if (this.#fault.textContent !== say) this.#fault.textContent = say;
    this.#send.disabled = wrong !== "";
    this.#bytes = wrong === "" ? encode(spec) : undefined;
    if (this.#bytes === undefined) return;
    this.#picture(spec, this.#bytes);
    this.#words.textContent = frameWords(spec, this.#bytes.length);
    const line = `curl --json '${this.#json(this.#bytes)}' '{origin}/forge?wire={wire}'`;
    this.#code.textContent = fillLine(line, { host: location.host, origin: location.origin, wire: wireId() });
  }

  /** spec reads the draft, and says what is wrong with what was typed. */
  #spec() {
    const d = this.#draft;
    /** @type {Map<HTMLInputElement, string>} */
    const faults = new Map();
    const key = readHex(d.key);
    if (d.mask && key.fault) faults.set(this.#key, `Masking key: ${key.fault}`);
    else if (d.mask && key.bytes.length !== 4) faults.set(this.#key, "A masking key is four bytes: eight hex digits.");
    const typed = d.as === "hex" ? readHex(d.payload) : { bytes: new TextEncoder().encode(d.payload), fault: "" };
    if (typed.fault) faults.set(this.#payload, `Payload: ${typed.fault}`);
    const claimed = d.claimed.replace(/[\s\u202f_,]/g, "");
    const number = /^(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(claimed);
    if (claimed !== "" && !number) faults.set(this.#claimed, "A length is a number: decimal, or hex behind 0x.");
    /** @type {FrameSpec} */
    const spec = { ...d, key: key.bytes, payload: typed.bytes, claimed: number ? BigInt(claimed) : undefined };
    return { spec, faults };
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

  /** @param {Uint8Array} bytes */
  #json(bytes) {
    return JSON.stringify({ upgrade: UPGRADE, writes: [{ bytes: hexOf(bytes) }] });
  }

  async #order() {
    if (this.#bytes === undefined) return;
    const order = ++this.#orders;
    this.#answer = undefined;
    this.#back.say("Sending…");
    try {
      const response = await fetch(`/forge?wire=${wireId()}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: this.#json(this.#bytes), signal: this.#gone?.signal ?? null });
      const answer = await response.json();
      if (order !== this.#orders) return;
      if (!response.ok) {
        this.#back.say(typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`);
        return;
      }
      this.#answer = answer;
      this.#shown = 0;
      this.#look();
    } catch {
      if (order === this.#orders && !this.#gone?.signal.aborted) this.#back.say("The server does not answer. Is it running?");
    }
  }

  /** look shows the answer with what the feed has told of it, and the frame in the panel. */
  #look() {
    const answer = this.#answer;
    if (answer === undefined) return;
    const events = this.#forged?.from(answer.port) ?? [];
    this.#back.show(answer, events);
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
