// <wu-deck slides="ID">: shows one slide at a time out of the templates in the element of that id.
//
// show({lesson, slide, step}) goes to a place and keeps what was shown before, hidden, so that its
// labs go on. Attributes, most without a value:
//   navigates  keys, swipes and its own buttons move it. Each asks first, by a deck-go that can be
//              prevented, for a page where somebody else decides.
//   linked     the address and the window's title follow it, and it follows the address.
//   stage      it fills the window, and + and - change the size of this page's text.
//   panel=ID   the key i and a button show that element over the slide, and hide it.
//   still      a picture of a slide, as large as its place allows: labs are left out.
// Events: deck-go {lesson, slide, step} and deck-blank {blank} before a person's wish is done, both
// cancelable; deck-at {lesson, slide, step} when a place is shown; deck-ready once the labs of its
// slide live, whose modules are loaded when they are first shown, or ahead. What stands in the element
// when it starts, such as links, is kept in its foot.
import { command, count, first, formatLink, last, next, parseLink, previous, resized, same, slideAt, SIZES, within } from "./deck.js";
import { button, el, plain, typing, write } from "./dom.js";
import { enliven } from "./elements.js";
import { keep, recall, windowStore } from "./storage.js";

/** @import { Command, Outline, Place } from "./deck.js" */

const SWIPE = 60; // pixels
const STILL = 1280; // pixels: the width of the screen that a picture is of
const SPOKEN = 200; // characters of a step that are read out

/** What takes arrows, or Space and Enter, for itself when it has the focus. */
const MOVES = "input, [role=slider], [role=grid], [role=tab], [role=tablist], [role=listbox], [role=radiogroup], [role=application], [role=separator]";
const PRESSES = "button, a[href], summary, input, label, [role=button], [role=tab], [role=row], [role=option]";

/** Keys in words, for the help. */
const HELP = [
  ["→  Space  Page Down", "on, step by step"],
  ["←  Page Up", "back, step by step"],
  ["↓  ↑", "the same; first through a slide that is taller than the window"],
  ["Home  End", "to the first slide, to the last"],
  ["+  −  0", "larger, smaller, as it was: in this window, on this page"],
  ["b", "blank the screen, and show it again"],
  ["i", "the wire, over the slide"],
  ["p", "the projector’s theme"],
  ["?", "these keys"],
  ["Esc", "away with what lies over the slide"],
];

export class WuDeck extends HTMLElement {
  static define(tag = "wu-deck", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Outline} */
  #outline = [];
  /** @type {Place | undefined} */
  #at;
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map(); // slides that were shown, by name
  #size = 1;
  #ahead = ""; // the lesson from which what labs need is loaded ahead

  #view = el("div", { class: "deck-view" });
  #line = el("i");
  #where = el("p", { class: "deck-where" });
  #live = el("p", { class: "visually-hidden", "aria-live": "polite" });
  #back = button("←", () => this.#do("back"), { class: "btn", "aria-label": "Back" });
  #on = button("→", () => this.#do("next"), { class: "btn", "aria-label": "On" });
  #black = el("div", { class: "deck-black", hidden: true }, el("p", {}, "Blank. The key b shows the slide again."));
  #help = el("dialog", { class: "deck-help", "aria-label": "Keys" });

  /** Where it is; undefined before the first show. */
  get at() {
    return this.#at;
  }

  /** The slide's element, to look for its lab in; undefined before the first show. */
  get slide() {
    return this.#at && this.#shown.get(name(this.#at));
  }

  /** What there is to show. */
  get outline() {
    if (this.#outline.length === 0) this.#outline = outlineOf(this.#source());
    return this.#outline;
  }

  /** What the key i shows over the slide; undefined if there is nothing. */
  get #panel() {
    return document.getElementById(this.getAttribute("panel") ?? "") ?? undefined;
  }

  get blank() {
    return !this.#black.hidden;
  }

  /** @param {boolean} blank */
  set blank(blank) {
    if (this.blank === blank) return;
    this.#black.hidden = !blank;
    this.#view.inert = blank || this.#panel?.hidden === false;
    write(this.#live, blank ? "The screen is blank." : "The slide is back.");
  }

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#build();
    if (this.hasAttribute("stage")) this.#resize(Number(recall(this.#key(), windowStore())));
    if (this.hasAttribute("still")) this.#fit(signal);
    if (this.hasAttribute("navigates") || this.hasAttribute("stage")) document.addEventListener("keydown", (e) => this.#press(e), { signal });
    if (this.hasAttribute("navigates")) this.#swipes(signal);
    if (this.hasAttribute("linked")) {
      addEventListener("popstate", () => this.#follow(), { signal });
      this.#follow();
    }
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  /**
   * show goes to a place, or to the nearest that there is, and says whether it could.
   * @param {{ lesson?: string | undefined, slide?: number | undefined, step?: number | undefined }} asked
   */
  show(asked) {
    const place = within(this.outline, asked);
    if (place === undefined) return false;
    if (same(place, this.#at)) return true;
    const before = this.#at;
    const slide = this.#mount(place);
    if (slide === undefined) return false;
    this.#at = place;
    for (const other of this.#shown.values()) other.hidden = other !== slide;
    for (const part of slide.querySelectorAll("[data-step]")) {
      if (part instanceof HTMLElement) part.toggleAttribute("data-waits", Number(part.dataset["step"]) > place.step);
    }
    const turned = before === undefined || name(before) !== name(place);
    if (turned) this.#view.scrollTop = 0;
    this.#tell(place, turned);
    this.dispatchEvent(new CustomEvent("deck-at", { bubbles: true, detail: place }));
    return true;
  }

  #source() {
    return document.getElementById(this.getAttribute("slides") ?? "");
  }

  #build() {
    if (this.#view.isConnected) return;
    const given = [...this.children];
    const foot = el("div", { class: "deck-foot" });
    if (this.hasAttribute("navigates")) foot.append(el("div", { class: "deck-turn", role: "group", "aria-label": "Slides" }, this.#back, this.#where, this.#on));
    else foot.append(this.#where);
    foot.append(...given);
    const panel = this.#panel;
    if (panel) foot.append(button("Wire", () => this.#do("panel"), { class: "btn", "aria-controls": panel.id, "aria-expanded": "false", "aria-keyshortcuts": "i" }));
    if (this.hasAttribute("navigates")) foot.append(button("?", () => this.#do("help"), { class: "btn", "aria-label": "Keys", "aria-keyshortcuts": "?" }));
    this.#help.append(
      el("h2", {}, "Keys"),
      el("dl", {}, ...HELP.flatMap(([keys, does]) => [el("dt", {}, el("kbd", {}, keys)), el("dd", {}, does)])),
      button("Close", () => this.#help.close(), { class: "btn" }),
    );
    this.replaceChildren(this.#view, ...(panel ? [panel] : []), this.#black, el("div", { class: "deck-line", "aria-hidden": "true" }, this.#line), foot, this.#live, this.#help);
  }

  /**
   * mount is the slide's element: the one that was shown before, or a new one.
   * @param {Place} place
   */
  #mount(place) {
    const kept = this.#shown.get(name(place));
    if (kept) return kept;
    const template = this.#source()?.querySelector(`template[data-slide="${CSS.escape(name(place))}"]`);
    if (!(template instanceof HTMLTemplateElement)) return undefined;
    const copy = this.hasAttribute("still") ? quiet(template.content) : document.importNode(template.content, true);
    const slide = copy.firstElementChild;
    if (!(slide instanceof HTMLElement)) return undefined;
    this.#shown.set(name(place), slide);
    this.#view.append(slide);
    if (!this.hasAttribute("still")) void this.#enliven(slide, place);
    return slide;
  }

  /**
   * enliven loads what a slide's labs need, and after that what will be needed next: the rest of the
   * lesson's, and the next lesson's, since a talk may lose its network.
   * @param {HTMLElement} slide
   * @param {Place} place
   */
  async #enliven(slide, { lesson }) {
    await enliven(slide);
    this.dispatchEvent(new CustomEvent("deck-ready", { bubbles: true }));
    if (this.#ahead === lesson) return;
    this.#ahead = lesson;
    const parts = this.outline.map(({ id }) => id);
    const from = parts.indexOf(lesson);
    for (const id of parts.slice(from, from + 2)) {
      const templates = this.#source()?.querySelectorAll(`[data-part="${CSS.escape(id)}"] template`) ?? [];
      for (const template of templates) {
        if (this.#ahead === lesson && template instanceof HTMLTemplateElement) await enliven(template.content);
      }
    }
  }

  /**
   * @param {Place} place
   * @param {boolean} turned it is another slide than before
   */
  #tell(place, turned) {
    const { title = "", steps = 0 } = slideAt(this.outline, place) ?? {};
    const of = count(this.outline, place);
    const here = `Slide ${place.slide} of ${of}`;
    write(this.#where, `${place.slide} of ${of}`);
    this.#line.style.inlineSize = `${(100 * (place.slide - 1 + (place.step + 1) / (steps + 1))) / of}%`;
    this.#back.disabled = previous(this.outline, place) === undefined;
    this.#on.disabled = next(this.outline, place) === undefined;
    if (turned) write(this.#live, `${here}: ${title}.${steps > 0 ? ` Step ${place.step} of ${steps}.` : ""}`);
    else write(this.#live, `Step ${place.step} of ${steps}. ${this.#spoken(place)}`);
    if (!this.hasAttribute("linked")) return;
    document.title = `${here} · ${title} · wireup`;
    const link = formatLink(this.outline, place);
    if (!parseLink(this.outline, location.hash)) history.replaceState(null, "", link);
    else if (location.hash !== link) history.pushState(null, "", link);
  }

  /** @param {Place} place */
  #spoken({ step }) {
    const text = this.slide?.querySelector(`[data-step="${step}"]`)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
    return text.length > SPOKEN ? `${text.slice(0, SPOKEN)} …` : text;
  }

  /** Goes where the address says, or to the first slide. */
  #follow() {
    this.show(parseLink(this.outline, location.hash) ?? {});
  }

  /**
   * @param {Command} what
   */
  #do(what) {
    const at = this.#at;
    if (at === undefined) return;
    switch (what) {
      case "next": return this.#ask(next(this.outline, at));
      case "back": return this.#ask(previous(this.outline, at));
      case "down": return this.#scroll(1) ? undefined : this.#ask(next(this.outline, at));
      case "up": return this.#scroll(-1) ? undefined : this.#ask(previous(this.outline, at));
      case "first": return this.#ask(first(this.outline, at));
      case "last": return this.#ask(last(this.outline, at));
      case "blank": return this.#askBlank(!this.blank);
      case "larger": return this.#resize(resized(this.#size, 1));
      case "smaller": return this.#resize(resized(this.#size, -1));
      case "usual": return this.#resize(1);
      case "panel": return this.#showPanel(this.#panel?.hidden === true);
      case "help": return this.#help.open ? this.#help.close() : this.#help.showModal();
      case "away": return this.blank ? this.#askBlank(false) : this.#showPanel(false);
    }
  }

  /** @param {Place | undefined} place */
  #ask(place) {
    if (place && this.dispatchEvent(new CustomEvent("deck-go", { bubbles: true, cancelable: true, detail: place }))) this.show(place);
  }

  /** @param {boolean} shown */
  #showPanel(shown) {
    const panel = this.#panel;
    if (panel === undefined || panel.hidden === !shown) return;
    // A browser takes the focus off what is hidden a moment later; keys until then are the deck's.
    if (document.activeElement instanceof HTMLElement && panel.contains(document.activeElement)) document.activeElement.blur();
    panel.hidden = !shown;
    this.#view.inert = shown;
    this.querySelector(`[aria-controls="${panel.id}"]`)?.setAttribute("aria-expanded", String(shown));
    write(this.#live, shown ? "The wire lies over the slide." : "The slide is back.");
  }

  /** @param {boolean} blank */
  #askBlank(blank) {
    if (this.dispatchEvent(new CustomEvent("deck-blank", { bubbles: true, cancelable: true, detail: { blank } }))) this.blank = blank;
  }

  /**
   * scroll goes through a slide that is taller than its place, and says whether there was more of it.
   * @param {1 | -1} by
   */
  #scroll(by) {
    const { scrollTop, scrollHeight, clientHeight } = this.#view;
    const left = by > 0 ? scrollHeight - clientHeight - scrollTop : scrollTop;
    if (left < 2) return false;
    this.#view.scrollBy({ top: by * 0.8 * clientHeight });
    return true;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const what = command(event);
    if (what === undefined || event.defaultPrevented || !plain(event) || typing(event) || this.#taken(event)) return;
    if (!this.hasAttribute(["larger", "smaller", "usual"].includes(what) ? "stage" : "navigates")) return;
    event.preventDefault();
    this.#do(what);
  }

  /**
   * taken says whether a key belongs to what has the focus.
   * @param {KeyboardEvent} event
   */
  #taken(event) {
    if (document.querySelector("dialog:modal")) return true; // whatever has the focus: Esc is to close it
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || target === this.#view) return false;
    if (target.closest("wu-inspector")) return !["i", "I", "Escape"].includes(event.key);
    if (event.key === " ") return target.closest(PRESSES) !== null;
    if (!/^(Arrow|Page|Home|End)/.test(event.key)) return false;
    return target.closest(MOVES) !== null || (target !== document.body && scrolls(target));
  }

  /** @param {AbortSignal} signal */
  #swipes(signal) {
    let x = 0;
    let y = 0;
    let from = -1; // the pointer that began one
    this.#view.addEventListener("pointerdown", (e) => {
      from = e.pointerType === "touch" && !(e.target instanceof Element && e.target.closest(`${MOVES}, textarea, select`)) ? e.pointerId : -1;
      [x, y] = [e.clientX, e.clientY];
    }, { signal });
    this.#view.addEventListener("pointerup", (e) => {
      const across = e.clientX - x;
      if (e.pointerId !== from || Math.abs(across) < SWIPE || Math.abs(across) < 2 * Math.abs(e.clientY - y)) return;
      this.#do(across < 0 ? "next" : "back");
    }, { signal });
  }

  #key() {
    return `wireup.size.${location.pathname}`;
  }

  /** @param {number} size */
  #resize(size) {
    if (!this.hasAttribute("stage")) return;
    this.#size = SIZES.includes(size) ? size : 1;
    document.documentElement.style.setProperty("--deck-size", String(this.#size));
    keep(this.#key(), String(this.#size), windowStore());
  }

  /**
   * fit keeps a picture as large as its place.
   * @param {AbortSignal} signal
   */
  #fit(signal) {
    const watch = new ResizeObserver(() => this.#view.style.setProperty("zoom", `${this.clientWidth / STILL}`));
    watch.observe(this);
    signal.addEventListener("abort", () => watch.disconnect());
  }
}

/** @param {Place} place */
function name({ lesson, slide }) {
  return `${lesson}/${slide}`;
}

/**
 * outlineOf reads what there is to show out of the templates.
 * @param {Element | null} source
 * @returns {Outline}
 */
function outlineOf(source) {
  return [...(source?.children ?? [])].filter((part) => part instanceof HTMLElement).map((part) => ({
    id: part.dataset["part"] ?? "",
    number: Number(part.dataset["number"]),
    title: part.dataset["title"] ?? "",
    level: part.dataset["level"] ?? "",
    minutes: Number(part.dataset["minutes"]),
    slides: [...part.children].filter((t) => t instanceof HTMLTemplateElement).map(({ dataset }) => ({
      title: dataset["title"] ?? "",
      level: dataset["level"] ?? "",
      minutes: Number(dataset["minutes"]),
      steps: Number(dataset["steps"]),
      ...(dataset["lab"] ? { lab: dataset["lab"] } : {}),
      ...(dataset["replay"] ? { replay: dataset["replay"] } : {}),
      ...(dataset["poll"] ? { poll: JSON.parse(dataset["poll"]) } : {}),
    })),
  }));
}

/**
 * quiet copies a slide without its life: each lab is what stands in for it without a script.
 * @param {DocumentFragment} content
 */
function quiet(content) {
  const copy = /** @type {DocumentFragment} */ (content.cloneNode(true)); // still of the template's document, where nothing starts
  for (const lab of copy.querySelectorAll("*")) {
    if (!lab.localName.includes("-")) continue;
    const plainOne = el("div", { class: lab.className });
    plainOne.append(...lab.childNodes);
    lab.replaceWith(plainOne);
  }
  return copy;
}

/** @param {Element} node */
function scrolls(node) {
  return node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1;
}
