// The presenter's shows of hands: those that the lesson suggests, and any that is typed on the spot.
import { pollFrom, PollView } from "./class-poll.js";
import { button, el, freshId } from "./dom.js";

/** @import { Teller } from "./class-bar.js" */
/** @import { ClassLine } from "./class-line.js" */

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
  #lesson = "";

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

  update() {
    const { class: is, crowd, desk } = this.#line;
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

  /**
   * A lesson's misconceptions are what to ask a room before they are corrected.
   * @param {string} lesson
   */
  #suggest(lesson) {
    if (lesson === this.#lesson) return;
    this.#lesson = lesson;
    const part = document.querySelector(`[data-part="${CSS.escape(lesson)}"]`);
    const said = [...(part?.querySelectorAll("template") ?? [])].flatMap((t) => [...t.content.querySelectorAll(".misconception .said q")].map((q) => q.textContent?.trim() ?? ""));
    const polls = [...said.map((text) => [`“${text}” Is that so?`, ["True", "False", "Not sure"]]), ["Who has come across this before?", ["Yes", "No"]]];
    this.#suggested.replaceChildren(...polls.map(([question, options]) => el("li", {}, button(String(question), () => void this.#ask(String(question).slice(0, 140), /** @type {string[]} */ (options)), { class: "btn small" }))));
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
