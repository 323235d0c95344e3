// <wu-class-room>: a viewer in a class. It follows the class step by step, until the viewer wanders.
import { ActivityView } from "./class-activity.js";
import { linkLight, Teller, wireButton } from "./class-bar.js";
import { dropTokens, keepTokens, pathCode, tokensOf } from "./class-code.js";
import { Along, follow, press } from "./class-lab.js";
import { ClassLine } from "./class-line.js";
import { PollView } from "./class-poll.js";
import { QuestionList } from "./class-questions.js";
import { SpotView } from "./class-spot.js";
import { placeWords } from "./class-words.js";
import { same } from "./deck.js";
import { button, el, freshId, write } from "./dom.js";
import { plural } from "./format.js";
import { sha256 } from "./sha256.js";
import { keep, recall } from "./storage.js";
import { draw } from "./wire-id.js";
import { WuDeck } from "./wu-deck.js";

/** @import { Place } from "./deck.js" */

const LONGEST = 200; // characters of a question
const TOKEN = 26; // characters
const SPREAD = 1500; // milliseconds over which a room presses a button, so that it is not one instant for all

export class WuClassRoom extends HTMLElement {
  static define(tag = "wu-class-room", registry = customElements) {
    registry.define(tag, this);
  }

  #code = pathCode(location.pathname) ?? "";
  /** @type {AbortController | undefined} */
  #gone;
  #line = new ClassLine(this.#code, { as: "viewer" });
  #deck = el("wu-deck", { slides: "slides", navigates: true });
  #teller = new Teller();
  #who = el("p", { class: "whoami" });
  #live = button("", () => this.#back(), { class: "btn primary back-to-live", hidden: true });
  #poll = new PollView((choice) => void this.#vote(choice));
  #activity = new ActivityView();
  #spot = new SpotView();
  #blank = el("p", { class: "blank-note", hidden: true }, "The presenter has blanked the screens: look up.");
  #over = el("p", { class: "notice", hidden: true }, "This class is over. What you did stays on your wire, and the course stays open: ", el("a", { href: "/" }, "all lessons"), ".");
  #touched = el("p", { class: "touched", hidden: true }, "You have changed this lab, so it no longer follows the presenter’s. ", button("Follow again", () => this.#followAgain(), { class: "btn small" }));
  #questions = new QuestionList({ up: (id) => void this.#up(id), none: "Nobody has asked anything yet." });
  #count = el("span", { class: "side-count" });
  #ask = el("input", { type: "text", id: freshId("ask"), maxlength: LONGEST, autocomplete: "off", enterkeyhint: "send" });
  #pace = el("div", { class: "pace-buttons", role: "group", "aria-label": "The pace" });
  #paceIs = "ok";
  #wheel = el("p", { class: "wheel" });
  #slideFirst = false; // during an activity the viewer looks at the slide
  #toSlide = button("", () => this.#turnActivity(), { class: "btn small to-slide" });
  #wandering = false;
  /** @type {Set<string>} slides whose lab the viewer has touched */
  #own = new Set();
  #along = new Along();

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#build(signal);
    const line = this.#line;
    for (const name of ["welcome", "class", "crowd", "state"]) line.addEventListener(name, () => this.#show(), { signal });
    this.#deck.addEventListener("deck-go", (e) => this.#wander(/** @type {CustomEvent<Place>} */ (e).detail), { signal });
    this.#deck.addEventListener("deck-blank", (e) => e.preventDefault(), { signal });
    this.#deck.addEventListener("deck-ready", () => this.#show(), { signal });
    for (const name of ["input", "change", "click", "keydown"]) this.#deck.addEventListener(name, (e) => this.#touch(e), { signal, capture: true });
    line.keep();
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#line.stop();
  }

  /** @param {AbortSignal} signal */
  #build(signal) {
    const form = el("form", { class: "ask-form" }, el("label", { for: this.#ask.id }, "Ask a question"), el("div", { class: "ask-line" }, this.#ask, el("button", { type: "submit", class: "btn" }, "Ask")));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#asks();
    }, { signal });
    for (const [is, text] of [["slow", "Too slow"], ["ok", "Fine"], ["fast", "Too fast"]]) this.#pace.append(button(text ?? "", () => void this.#says(is ?? "ok"), { class: "btn", "data-is": is, "aria-pressed": String(is === "ok") }));
    wireButton(signal);
    for (const part of [this.#spot.root, this.#poll.root, this.#activity.root, this.#toSlide]) part.hidden = true; // until the class says otherwise
    this.replaceChildren(
      el("div", { class: "class-line" }, this.#who, linkLight(this.#line, signal)),
      this.#over,
      this.#teller.root,
      el("div", { class: "class-columns" },
        el("div", { class: "class-main" }, this.#spot.root, this.#poll.root, this.#activity.root, this.#toSlide, this.#blank, this.#live, this.#deck, this.#touched),
        el("aside", { class: "class-side", "aria-label": "You and the class" },
          el("section", {}, el("h2", {}, "The pace"), this.#pace),
          el("section", {}, el("h2", {}, "Questions ", this.#count), form, this.#questions.root),
          el("section", {}, el("h2", {}, "The wheel"), this.#wheel),
        ),
      ),
    );
  }

  get #view() {
    return /** @type {WuDeck} */ (this.#deck);
  }

  #show() {
    const { class: is, crowd, welcome } = this.#line;
    this.#name();
    if (welcome?.wheel === "yours") this.#drives();
    if (is === undefined) return;
    const here = this.#view.at;
    if (!this.#wandering || here === undefined) this.#view.show(is.step);
    else if (same(here, is.step)) this.#wandering = false;
    this.#live.hidden = !this.#wandering;
    write(this.#live, `Back to live: ${placeWords(this.#view.outline, is.step)}`);
    this.#lab();
    const activity = is.activity !== null && !this.#slideFirst;
    this.#activity.root.hidden = !activity;
    if (is.activity) this.#activity.update(is.activity, crowd);
    else {
      this.#activity.stop();
      this.#slideFirst = false;
    }
    this.#toSlide.hidden = is.activity === null;
    write(this.#toSlide, this.#slideFirst ? "To the exercise" : "To the slide");
    const blank = is.blank && !this.#wandering;
    this.#blank.hidden = !blank || activity;
    this.#deck.hidden = activity || blank;
    this.#touched.hidden = this.#deck.hidden || is.lab?.slide !== this.#slide || !this.#own.has(this.#slide);
    this.#spot.root.hidden = is.spot === null;
    if (is.spot) this.#spot.update(is.spot);
    this.#poll.root.hidden = is.poll === null;
    if (is.poll) {
      const votes = crowd?.votes?.poll === is.poll.id ? crowd.votes : null;
      this.#poll.update(is.poll, { cast: votes?.cast ?? 0, here: crowd?.here ?? 0, counts: is.poll.shown || !is.poll.open ? votes?.counts : undefined, mine: this.#mine(is.poll.id) });
    }
    this.#over.hidden = !is.ended;
    if (crowd) {
      this.#questions.update(crowd.questions, this.#ups());
      const open = crowd.questions.filter((q) => !q.answered).length;
      write(this.#count, open > 0 ? String(open) : "");
    }
    this.#showWheel();
  }

  #name() {
    const { welcome, crowd } = this.#line;
    const here = crowd ? ` · ${plural(crowd.here, "person", "people")} here` : "";
    const name = welcome?.viewer ?? "";
    if (welcome === undefined) this.#who.replaceChildren(`Class ${this.#code}`);
    else if (name === "") this.#who.replaceChildren(`Class ${this.#code}: your name follows${here}`);
    else this.#who.replaceChildren("You are ", el("b", {}, name), ` here${here}`);
  }

  // Where the class is, and where the viewer is

  /** @param {Place} to */
  #wander(to) {
    const live = this.#line.class?.step;
    this.#wandering = live !== undefined && !same(to, live);
    queueMicrotask(() => this.#show());
  }

  #back() {
    this.#wandering = false;
    this.#slideFirst = false;
    this.#show();
    this.#deck.focus();
  }

  #turnActivity() {
    this.#slideFirst = !this.#slideFirst;
    this.#show();
  }

  // The lab

  get #slide() {
    const at = this.#view.at;
    return at ? `${at.lesson}/${at.slide}` : "";
  }

  #lab() {
    const lab = this.#line.class?.lab;
    const words = this.#along.take(lab ?? null);
    const slide = this.#view.slide;
    if (!lab || !slide || this.#wandering || lab.slide !== this.#slide) return;
    if (!this.#own.has(lab.slide)) follow(slide, lab.values);
    if (words !== undefined) setTimeout(() => !this.#deck.hidden && this.#view.slide === slide && void press(slide, words), Math.random() * SPREAD);
  }

  /** A lab that the viewer touches is the viewer's. @param {Event} event */
  #touch(event) {
    if (!event.isTrusted || !(event.target instanceof Element) || event.target.closest(".lab") === null) return;
    if (event.type === "keydown" || this.#own.has(this.#slide)) return;
    this.#own.add(this.#slide);
    this.#show();
  }

  #followAgain() {
    this.#own.delete(this.#slide);
    this.#show();
  }

  // What the viewer says

  /** @param {number} choice */
  async #vote(choice) {
    const poll = this.#line.class?.poll;
    if (!poll || !(await this.#teller.of(this.#line.say("vote", { poll: poll.id, choice })))) return;
    keep(`wireup.vote.${this.#code}`, `${poll.id}:${choice}`);
    this.#show();
  }

  /** @param {number} poll */
  #mine(poll) {
    const [id, choice] = (recall(`wireup.vote.${this.#code}`) ?? "").split(":");
    return id === String(poll) ? Number(choice) : undefined;
  }

  async #asks() {
    const text = this.#ask.value.trim();
    if (text === "") {
      this.#teller.say("Type your question first.");
      return;
    }
    if (await this.#teller.of(this.#line.say("ask", { text }), "Asked: the presenter sees it.")) this.#ask.value = "";
  }

  /** @param {number} id */
  async #up(id) {
    if (!(await this.#teller.of(this.#line.say("up", { question: id })))) return;
    keep(`wireup.ups.${this.#code}`, [...this.#ups(), id].slice(-200).join(" "));
    this.#show();
  }

  #ups() {
    return new Set((recall(`wireup.ups.${this.#code}`) ?? "").split(" ").filter((id) => id !== "").map(Number));
  }

  /** @param {string} is */
  async #says(is) {
    if (!(await this.#teller.of(this.#line.say("pace", { is }), is === "ok" ? "" : "The presenter sees it, without your name."))) return;
    this.#paceIs = is;
    for (const node of this.#pace.children) node.setAttribute("aria-pressed", String(node.getAttribute("data-is") === this.#paceIs));
  }

  // The wheel

  #showWheel() {
    const asked = this.#line.welcome?.wheel === "asked";
    const key = asked ? "asked" : "no";
    if (this.#wheel.dataset["is"] === key) return;
    this.#wheel.dataset["is"] = key;
    if (asked) this.#wheel.replaceChildren("You have asked for the wheel. It is yours when the presenter gives it.");
    else this.#wheel.replaceChildren(button("I would like to drive", () => void this.#wants(), { class: "btn" }));
  }

  async #wants() {
    const driver = tokensOf(this.#code)?.driver ?? draw(TOKEN);
    keepTokens(this.#code, { driver });
    if (!(await this.#teller.of(this.#line.say("drive", { hash: sha256(driver) }), "You have asked for the wheel."))) dropTokens(this.#code, "driver");
  }

  /** The wheel is this viewer's: the page becomes a presenter's. */
  #drives() {
    const driver = tokensOf(this.#code)?.driver;
    if (driver === undefined) return;
    location.assign(`/classes/${this.#code}/present`);
  }
}
