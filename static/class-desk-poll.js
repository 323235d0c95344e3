// The presenter's shows of hands: those that the lesson suggests, and any that is typed on the spot.
import { pollFrom, PollView } from "./class-poll.js";
import { button, el, freshId } from "./dom.js";

/** @import { Teller } from "./class-bar.js" */
/** @import { ClassLine } from "./class-line.js" */

/** @typedef {{ question: string, options: string[] }} SlidePoll */

export class DeskPoll {
  root = el("div", { class: "desk-poll" });
  #line;
  #teller;
  #view = new PollView();
  #typed = el("input", { type: "text", id: freshId("poll"), maxlength: 400, autocomplete: "off", placeholder: "Who has used HTTP? Yes / No / Not yet" });
  #close = button("Close and show", () => this.#tell("poll-close"), { class: "btn small primary" });
  #peek = button("Show now", () => this.#tell("poll-show"), { class: "btn small" });
  #away = button("Take it away", () => this.#tell("poll", { question: "", options: [] }), { class: "btn small" });
  #deeds = el("p", { class: "deeds" }, this.#close, " ", this.#peek, " ", this.#away);
  #suggested = el("ul", { class: "suggested" });
  #key = "";
  /** @type {SlidePoll | undefined} the one of the slide */
  #own;

  /**
   * @param {ClassLine} line
   * @param {Teller} teller
   */
  constructor(line, teller) {
    this.#line = line;
    this.#teller = teller;
    const form = el("form", { class: "poll-form" }, el("label", { for: this.#typed.id }, "Ask for a show of hands"), el("div", { class: "ask-line" }, this.#typed, el("button", { type: "submit", class: "btn" }, "Ask")), el("p", { class: "muted" }, "Options behind the question mark, with / between; none means yes or no."));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const poll = pollFrom(this.#typed.value);
      if (poll === undefined) this.#teller.say("Type the question first.");
      else void this.#ask(poll.question, poll.options);
    });
    this.root.append(this.#view.root, this.#deeds, form, this.#suggested);
  }

  /** @param {SlidePoll | undefined} own what the slide suggests to ask */
  update(own) {
    const { class: is, crowd, desk } = this.#line;
    this.#own = own;
    if (is === undefined) return;
    const { poll } = is;
    this.#view.root.hidden = this.#deeds.hidden = poll === null;
    this.#suggest(is.step.lesson);
    if (poll === null) return;
    const votes = crowd?.votes?.poll === poll.id ? crowd.votes : null;
    this.#view.update(poll, { cast: votes?.cast ?? 0, here: crowd?.here ?? 0, counts: desk?.counts ?? votes?.counts ?? poll.options.map(() => 0) });
    this.#close.hidden = this.#peek.hidden = !poll.open;
    this.#peek.textContent = poll.shown ? "Hide the result" : "Show it already";
  }

  /** turn is what one key does: ask what the slide suggests, close and show it, take it away. */
  turn() {
    const poll = this.#line.class?.poll ?? null;
    if (poll?.open) this.#tell("poll-close");
    else if (poll !== null && (this.#own === undefined || this.#own.question === poll.question)) this.#tell("poll", { question: "", options: [] });
    else if (this.#own) void this.#ask(this.#own.question, this.#own.options);
    else this.#teller.say("This slide asks nothing. Type a question under Hands.");
  }

  /**
   * The slide's own question comes first. A lesson's misconceptions are what to ask a room before they
   * are corrected.
   * @param {string} lesson
   */
  #suggest(lesson) {
    const key = `${lesson} ${this.#own?.question ?? ""}`;
    if (key === this.#key) return;
    this.#key = key;
    const part = document.querySelector(`[data-part="${CSS.escape(lesson)}"]`);
    const said = [...(part?.querySelectorAll("template") ?? [])].flatMap((t) => [...t.content.querySelectorAll(".misconception .said q")].map((q) => q.textContent?.trim() ?? ""));
    /** @type {SlidePoll[]} */
    const polls = [
      ...(this.#own ? [this.#own] : []),
      ...said.map((text) => ({ question: `“${text}” Is that so?`, options: ["True", "False", "Not sure"] })),
      { question: "Who has come across this before?", options: ["Yes", "No"] },
    ];
    this.#suggested.replaceChildren(...polls.map((poll) => el("li", {}, button(poll.question, () => void this.#ask(poll.question.slice(0, 140), poll.options), { class: poll === this.#own ? "btn small of-slide" : "btn small", ...(poll === this.#own ? { "aria-keyshortcuts": "h" } : {}) }))));
  }

  /**
   * @param {string} question
   * @param {string[]} options
   */
  async #ask(question, options) {
    if (await this.#teller.of(this.#line.say("poll", { question, options }))) this.#typed.value = "";
  }

  /**
   * @param {string} what
   * @param {Record<string, unknown>} [more]
   */
  #tell(what, more) {
    void this.#teller.of(this.#line.say(what, more));
  }
}
