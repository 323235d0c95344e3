// <wu-class-desk>: the presenter's view of a class. With ?notes it is the notes alone, for a window of
// their own or a phone.
import { linkLight, Teller, wireButton } from "./class-bar.js";
import { Board } from "./class-board.js";
import { dropTokens, fragmentToken, keepTokens, pathCode, tokensOf } from "./class-code.js";
import { doneWords } from "./class-activity.js";
import { DeskClock } from "./class-desk-clock.js";
import { DeskPoll } from "./class-desk-poll.js";
import { RoomFrames } from "./class-frames.js";
import { deedOf, HELP } from "./class-keys.js";
import { follow, mainButton, press, watch } from "./class-lab.js";
import { ClassLine } from "./class-line.js";
import { Notes } from "./class-notes.js";
import { Preflight } from "./class-preflight.js";
import { QuestionList } from "./class-questions.js";
import { loadAhead, recordedOf, replayOf } from "./class-recorded.js";
import { SpotView } from "./class-spot.js";
import { DeskTabs } from "./class-tabs.js";
import { pastSkipped } from "./class-way.js";
import { Windows } from "./class-windows.js";
import { paceWords, placeWords } from "./class-words.js";
import { next, nextSlide, previous, same, slideAt } from "./deck.js";
import { button, el, freshId, write } from "./dom.js";
import { plural } from "./format.js";
import { WuDeck } from "./wu-deck.js";

/** @import { ScreenView } from "./class-types.js" */
/** @import { Place } from "./deck.js" */

const SCROLLED = 200; // milliseconds between two words on how far a slide is scrolled
const BEAT = 2000; // milliseconds: a presenter wants to know at once when the line is gone

export class WuClassDesk extends HTMLElement {
  static define(tag = "wu-class-desk", registry = customElements) {
    registry.define(tag, this);
  }

  #code = pathCode(location.pathname) ?? "";
  #token = "";
  #gone = new AbortController();
  #line = new ClassLine(this.#code, { as: "presenter", token: () => this.#token, beat: BEAT });
  #windows = new Windows(this.#code);
  #teller = new Teller();
  #deck = /** @type {WuDeck} */ (el("wu-deck", { slides: "slides", navigates: true, class: "this-slide" }));
  #next = /** @type {WuDeck} */ (el("wu-deck", { slides: "slides", still: true, inert: true, "aria-hidden": "true" }));
  #nextTitle = el("p", { class: "next-title" });
  #clock = new DeskClock(this.#line, this.#teller, this.#gone.signal);
  #notes = new Notes();
  #poll = new DeskPoll(this.#line, this.#teller);
  #board = new Board();
  #exercise = el("select", { id: freshId("exercise") });
  #activity = el("p", { class: "deeds" });
  #waits = el("p", { role: "status" });
  #spot = new SpotView();
  #spotDeeds = el("p", { class: "deeds" });
  #frames = new RoomFrames((viewer, seq) => void this.#say("spot", { viewer, seq }));
  #questions = new QuestionList({
    deeds: [
      { name: "Answered", does: (id) => void this.#say("answer", { question: id }), fits: (q) => !q.answered },
      { name: "Clear", does: (id) => void this.#say("clear", { question: id }) },
    ],
  });
  #preflight = new Preflight(this.#code, () => this.#token, this.#line, this.#windows);
  #tabs = new DeskTabs(this.#gone.signal);
  #asks = el("div", { class: "asks", role: "status" });
  #asksKey = "";
  #here = el("p", { class: "desk-here" });
  #pace = el("p", { class: "pace-gauge" });
  #paceBars = el("span", { class: "gauge", "aria-hidden": "true" }, el("i", { class: "slow" }), el("i", { class: "fast" }));
  #paceText = el("span", {});
  #where = el("p", { class: "desk-where" });
  #help = el("dialog", { class: "deck-help", "aria-labelledby": "desk-keys" });
  #moving = 0; // steps that the server has not answered yet
  /** @type {Place | undefined} where the presenter went while the line was down */
  #alone;
  /** @type {(shown: boolean) => void} */
  #showWire = () => {};
  #lessons = ""; // whose recorded sessions are loaded
  /** @type {ScreenView} what the screen shows beside the step */
  #view = { slide: "", scroll: 0, room: false, edge: "", replay: "", press: 0, button: "" };
  #replayed = ""; // the session that is played, here and on the screen
  #telling = 0; // of that, what the server has not answered yet
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #viewing;
  #hands = button("Show of hands", () => this.#askHands(), { class: "btn small", "aria-keyshortcuts": "h" });
  #everybody = button("Everybody, press it", () => void this.#pressAll(), { class: "btn small", "aria-keyshortcuts": "e", title: "The lab’s button, on the screen and on everybody’s page" });

  connectedCallback() {
    const fragment = fragmentToken();
    const { owner, driver } = tokensOf(this.#code) ?? {};
    this.#token = fragment ?? owner ?? driver ?? "";
    if (fragment !== undefined && fragment !== owner) keepTokens(this.#code, { driver: fragment });
    if (this.#token === "") {
      this.#refuse("This browser has no right to drive this class. Open the presenter’s link that wireup printed, or ask for the wheel on the class’s page.");
      return;
    }
    const { signal } = this.#gone;
    this.#build(signal);
    const line = this.#line;
    line.addEventListener("welcome", () => this.#welcomed(), { signal });
    for (const name of ["class", "crowd", "desk", "state"]) line.addEventListener(name, () => this.#show(), { signal });
    this.#deck.addEventListener("deck-go", (e) => this.#go(/** @type {CustomEvent<Place>} */ (e)), { signal });
    this.#deck.addEventListener("deck-blank", (e) => {
      e.preventDefault();
      void this.#say("blank");
    }, { signal });
    this.#deck.addEventListener("deck-ready", () => this.#show(), { signal });
    this.#deck.addEventListener("scroll", (e) => this.#scrolled(e), { signal, capture: true });
    watch(this.#deck, (values) => void this.#tellLab(values), (words) => this.#tellPress(words), signal);
    document.addEventListener("keydown", (e) => this.#press(e), { signal, capture: true });
    line.keep();
  }

  disconnectedCallback() {
    this.#gone.abort();
    this.#line.stop();
    this.#frames.stop();
    this.#windows.close();
  }

  /** @param {string} why */
  #refuse(why) {
    this.#line.stop();
    this.replaceChildren(el("div", { class: "home" }, el("p", { class: "lede" }, why), el("p", { class: "start" }, el("a", { class: "btn primary", href: `/classes/${this.#code}` }, "Follow the class"), " ", el("a", { class: "btn", href: "/present" }, "Present"))));
  }

  // The page

  /** @param {AbortSignal} signal */
  #build(signal) {
    this.toggleAttribute("data-notes", new URLSearchParams(location.search).has("notes"));
    this.#pace.append(this.#paceBars, " ", this.#paceText);
    this.#notes.addTool(button("In a window of their own", () => this.#openNotes(), { class: "btn small for-window" }));
    this.#notes.addTool(button("On a phone", () => void this.#notes.toPhone(this.#code, this.#token), { class: "btn small for-window" }));
    const { root: preflight } = this.#preflight;
    this.#help.append(el("h2", { id: "desk-keys" }, "Keys"), el("dl", {}, ...HELP.flatMap(([keys, does]) => [el("dt", {}, el("kbd", {}, keys)), el("dd", {}, does)])), button("Close", () => this.#help.close(), { class: "btn" }));
    this.#fillTabs();
    this.#showWire = wireButton(signal);
    this.replaceChildren(
      el("div", { class: "desk-top" },
        this.#clock.root,
        el("section", { class: "desk-room", "aria-label": "The room" }, this.#here, this.#pace, linkLight(this.#line, signal)),
        el("div", { class: "desk-tools" },
          button("Before the talk", () => this.#preflight.open(), { class: "btn small" }),
          button("Join code", () => this.#turnEdge(), { class: "btn small", "aria-keyshortcuts": "j", title: "How to join, on the screen: large, in a line, or as there is room" }),
          button("Screen", () => this.#openScreen(), { class: "btn small", title: "The projector’s window" }),
          button("Keys", () => this.#toggleHelp(), { class: "btn small", "aria-keyshortcuts": "?" }),
        ),
      ),
      this.#asks,
      this.#teller.root,
      el("div", { class: "desk-columns" },
        el("div", { class: "desk-main" },
          el("div", { class: "desk-turn" },
            button("← Back", () => this.#step(previous), { class: "btn" }),
            button("On →", () => this.#step(next), { class: "btn primary" }),
            this.#where,
            button("Undo", () => void this.#undo(), { class: "btn small", "aria-keyshortcuts": "u" }),
            button("Blank", () => void this.#say("blank"), { class: "btn small blank-button", "aria-keyshortcuts": "b" }),
            button("Replay", () => void this.#replay(), { class: "btn small", "aria-keyshortcuts": "r" }),
            this.#hands,
            this.#everybody,
            this.#jump(),
          ),
          this.#deck,
        ),
        el("div", { class: "desk-side" }, el("section", { class: "next", "aria-label": "The next slide" }, this.#nextTitle, this.#next), this.#tabs.root),
      ),
      preflight,
      this.#help,
    );
  }

  #fillTabs() {
    const exercises = document.getElementById("class-exercises");
    if (exercises) this.#exercise.append(...exercises.children);
    const spawn = el("p", { class: "deeds" }, button("Spawn 20", () => void this.#say("spawn", { count: 20 }), { class: "btn small", title: "The projector’s page opens twenty sockets" }), " ", button("Show on the screen", () => void this.#tellView({ room: true }), { class: "btn small" }), " ", button("Back to the slide", () => void this.#tellView({ room: false }), { class: "btn small" }));
    const owns = el("p", { class: "deeds" },
      el("a", { class: "btn small", href: `/classes/${this.#code}`, target: "_blank", rel: "noopener" }, "The viewers’ page"), " ",
      button("Keep the questions", () => void this.#keepQuestions(), { class: "btn small" }), " ",
      button("End the class", () => void this.#end(), { class: "btn small" }));
    this.#tabs.add("notes", "Notes", this.#notes.root);
    this.#tabs.add("poll", "Hands", this.#poll.root);
    this.#tabs.add("questions", "Questions", this.#questions.root, owns);
    this.#tabs.add("activity", "Exercise", el("label", { for: this.#exercise.id }, "Everybody does this exercise"), this.#exercise, this.#activity, this.#waits, this.#board.root);
    this.#tabs.add("room", "Frames", this.#spot.root, this.#spotDeeds, spawn, this.#frames.root);
    this.#exercise.addEventListener("change", () => this.#show());
    this.#tabs.root.addEventListener("turn", () => this.#show());
  }

  #jump() {
    const select = el("select", { class: "jump", "aria-label": "Go to a lesson" }, el("option", { value: "" }, "Go to …"));
    queueMicrotask(() => select.append(...this.#deck.outline.map((p) => el("option", { value: p.id }, `${p.number} ${p.title}`))));
    select.addEventListener("change", () => {
      if (select.value !== "") this.#to({ lesson: select.value, slide: 1, step: 0 });
      select.value = "";
      select.blur();
    });
    return select;
  }

  #openNotes() {
    open(`${location.pathname}?notes`, `wireup-notes-${this.#code}`, "popup,width=700,height=800");
  }

  #openScreen() {
    open(`/classes/${this.#code}/screen`, `wireup-screen-${this.#code}`, "popup,width=1280,height=720");
  }

  // What comes

  #welcomed() {
    const { welcome } = this.#line;
    if (welcome?.you === "viewer" || welcome?.you === "screen") {
      dropTokens(this.#code, "driver");
      // Who drove as a guest follows again.
      if (tokensOf(this.#code)?.owner === undefined && this.#line.class !== undefined) location.assign(`/classes/${this.#code}`);
      else this.#refuse("The class does not know this presenter’s token. It may be over, or the wheel was taken back.");
      return;
    }
    if (welcome?.you === "owner" && tokensOf(this.#code)?.owner === undefined) {
      keepTokens(this.#code, { owner: this.#token });
      dropTokens(this.#code, "driver");
    }
    void this.#notes.load(this.#code, this.#token);
    // What was gone through without a network, the class makes up for.
    if (this.#alone) {
      const to = this.#alone;
      this.#alone = undefined;
      void this.#say("go", { ...to });
    }
    this.#show();
  }

  #show() {
    const { class: is, crowd, desk } = this.#line;
    if (is === undefined || !this.isConnected) return;
    if (this.#moving === 0 && this.#alone === undefined) this.#deck.show(is.step);
    const at = this.#deck.at;
    if (at) this.#showPlace(at);
    this.#deck.blank = is.blank;
    const driving = this.#line.you === "driver" || desk?.driver !== "guest";
    this.toggleAttribute("data-follows", !driving);
    if (is.lab && this.#deck.slide && !driving && `${at?.lesson}/${at?.slide}` === is.lab.slide) follow(this.#deck.slide, is.lab.values);
    this.#clock.update();
    const slide = at && slideAt(this.#deck.outline, at);
    this.#poll.update(slide?.poll);
    this.#hands.disabled = slide?.poll === undefined && is.poll === null;
    this.#everybody.disabled = slide?.lab === undefined;
    if (is.view && this.#telling === 0) this.#view = is.view;
    this.#showRoom();
    this.#showAsks(desk?.driver === "guest");
    this.#showActivity();
    this.#spot.root.hidden = is.spot === null;
    if (is.spot) this.#spot.update(is.spot);
    this.#showSpotDeeds(is.spot !== null, is.spot?.text ?? false);
    this.#frames.follow(this.#tabs.shown === "room" ? (desk?.room ?? "") : "");
    if (crowd) this.#questions.update(crowd.questions);
    this.#tabs.count("questions", crowd?.questions.filter((q) => !q.answered).length ?? 0);
    this.#tabs.count("poll", is.poll?.open ? (crowd?.votes?.cast ?? 0) : 0);
    const { lesson } = is.step;
    if (lesson !== this.#lessons) {
      this.#lessons = lesson;
      void loadAhead(this.#deck.outline, lesson);
    }
  }

  /** @param {Place} at */
  #showPlace(at) {
    const outline = this.#deck.outline;
    const { steps = 0 } = slideAt(outline, at) ?? {};
    write(this.#where, `${placeWords(outline, at)}${steps > 0 ? `, step ${at.step} of ${steps}` : ""}`);
    this.#notes.update(at);
    const after = nextSlide(outline, at);
    const coming = after && pastSkipped(outline, at, after, this.#line.desk?.skipped ?? []);
    this.#next.hidden = coming === undefined;
    const left = steps - at.step;
    write(this.#nextTitle, coming === undefined ? "Then the course is over." : left > 0 ? `After ${plural(left, "more step")}: ${slideAt(outline, coming)?.title ?? ""}` : `Next: ${slideAt(outline, coming)?.title ?? ""}`);
    if (coming) this.#next.show({ ...coming, step: slideAt(outline, coming)?.steps ?? 0 });
  }

  #showRoom() {
    const { crowd, desk } = this.#line;
    const here = crowd?.here ?? 0;
    write(this.#here, crowd === undefined ? "" : `${plural(here, "person", "people")} here`);
    const { fast = 0, slow = 0 } = desk?.pace ?? {};
    write(this.#paceText, paceWords(desk?.pace, here));
    for (const [name, n] of /** @type {const} */ ([["slow", slow], ["fast", fast]])) {
      const bar = this.#paceBars.querySelector(`.${name}`);
      if (bar instanceof HTMLElement) bar.style.inlineSize = `${Math.min(1, n / Math.max(1, here)) * 50}%`;
    }
  }

  /** @param {boolean} guest */
  #showAsks(guest) {
    const asks = this.#line.desk?.asks ?? [];
    const owner = this.#line.you === "owner";
    const ended = this.#line.class?.ended ?? false;
    const key = JSON.stringify([asks, guest, owner, ended]);
    if (key === this.#asksKey) return;
    this.#asksKey = key;
    this.#asks.replaceChildren(
      ...(ended ? [el("p", {}, el("b", {}, "This class is over."), " Its questions can still be kept.")] : []),
      ...(guest && owner ? [el("p", {}, el("b", {}, "A guest drives. "), button("Take the wheel back", () => void this.#say("take"), { class: "btn small primary" }))] : []),
      ...asks.map(({ id, name }) => el("p", {}, el("b", {}, name), " would like to drive. ", button("Give the wheel", () => void this.#say("give", { ask: id }), { class: "btn small primary" }), " ", button("Not now", () => void this.#say("refuse", { ask: id }), { class: "btn small" }))),
    );
  }

  #showActivity() {
    const { class: is, crowd, desk } = this.#line;
    const activity = is?.activity ?? null;
    const named = activity ? `${activity.lesson}/${activity.exercise}` : "";
    if (activity === null && this.#exercise.dataset["lesson"] !== is?.step.lesson && document.activeElement !== this.#exercise) {
      this.#exercise.dataset["lesson"] = is?.step.lesson ?? "";
      const first = this.#exercise.querySelector(`optgroup[data-lesson="${CSS.escape(is?.step.lesson ?? "")}"] option`);
      if (first instanceof HTMLOptionElement) this.#exercise.value = first.value;
    }
    if (named !== "") this.#exercise.value = named;
    const key = `${named}#${activity?.hints ?? 0}`;
    if (this.#activity.dataset["key"] !== key) {
      this.#activity.dataset["key"] = key;
      if (activity === null) this.#activity.replaceChildren(button("Begin", () => void this.#say("activity", { exercise: this.#exercise.value }), { class: "btn primary" }));
      else this.#activity.replaceChildren(button("Hint to all", () => void this.#say("hint"), { class: "btn small" }), ` ${plural(activity.hints, "hint")} given `, button("End the exercise", () => void this.#say("activity", { exercise: "" }), { class: "btn small primary" }));
    }
    write(this.#waits, activity === null ? "" : doneWords(crowd?.done));
    this.#board.update(desk, this.#exercise.value, crowd?.here);
    this.#tabs.count("activity", activity ? (crowd?.done?.of ?? 0) - (crowd?.done?.passed ?? 0) : 0);
  }

  /**
   * @param {boolean} shown
   * @param {boolean} text
   */
  #showSpotDeeds(shown, text) {
    const key = `${shown}${text}`;
    if (this.#spotDeeds.dataset["key"] === key) return;
    this.#spotDeeds.dataset["key"] = key;
    this.#spotDeeds.replaceChildren(...(shown ? [...(text ? [] : [button("Show its text to all", () => void this.#say("spot-text"), { class: "btn small" }), " "]), button("Out of the spotlight", () => void this.#say("spot-off"), { class: "btn small" })] : []));
  }

  // What the presenter does

  /**
   * @param {string} what
   * @param {Record<string, unknown>} [more]
   */
  #say(what, more) {
    return this.#teller.of(this.#line.say(what, more));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const open = this.#help.open || this.#preflight.root.open;
    const deed = deedOf(event);
    if (deed === undefined || (open && deed !== "help")) return;
    event.preventDefault();
    switch (deed) {
      case "undo": return void this.#undo();
      case "pause": return void this.#clock.pause();
      case "skip": return void this.#clock.skip();
      case "replay": return void this.#replay();
      case "hands": return this.#askHands();
      case "everybody": return void this.#pressAll();
      case "join": return this.#turnEdge();
      case "help": return this.#toggleHelp();
    }
  }

  #toggleHelp() {
    if (this.#help.open) this.#help.close();
    else this.#help.showModal();
  }

  /** @param {typeof next} way */
  #step(way) {
    const at = this.#deck.at;
    const to = at && way(this.#deck.outline, at);
    if (to) this.#to(to);
  }

  /** @param {CustomEvent<Place>} event the deck's own wish */
  #go(event) {
    event.preventDefault();
    this.#to(event.detail);
  }

  /**
   * to goes to a place at once, and tells the class. Where the class refuses, it goes back.
   * @param {Place} wanted
   */
  #to(wanted) {
    const from = this.#deck.at;
    const to = from ? pastSkipped(this.#deck.outline, from, wanted, this.#line.desk?.skipped ?? []) : wanted;
    if (to === undefined || same(to, from)) return;
    this.#deck.show(to);
    this.#showPlace(to);
    this.#windows.tell({ at: to });
    // What lies over the slide on the screen belongs to the slide that was.
    const another = slideName(to) !== slideName(from);
    if (another && this.#replaying) this.#endReplay();
    if (this.#line.state !== "open") {
      this.#alone = to;
      this.#teller.say("The line to the class is down: you go on alone, and the projector’s window of this browser with you.");
      return;
    }
    if (another && this.#view.room) void this.#tellView({ room: false });
    void this.#tellGo(to);
  }

  /** @param {Place} to */
  async #tellGo(to) {
    this.#moving++;
    await this.#say("go", { lesson: to.lesson, slide: to.slide, step: to.step });
    this.#moving--;
    this.#show();
  }

  // What the screen shows beside the step

  /** The screen shows the same part of a slide that is taller than its place. @param {Event} event */
  #scrolled({ target }) {
    if (!(target instanceof Element) || !target.matches(".deck-view")) return;
    const scroll = Math.min(1, target.scrollTop / Math.max(1, target.scrollHeight - target.clientHeight));
    if (this.#line.state !== "open") this.#windows.tell({ scroll });
    else this.#viewing ??= setTimeout(() => this.#tellScroll(target), SCROLLED);
  }

  /** @param {Element} target */
  #tellScroll(target) {
    this.#viewing = undefined;
    const scroll = Math.min(1, target.scrollTop / Math.max(1, target.scrollHeight - target.clientHeight));
    const slide = this.#slide;
    if (scroll !== (this.#view.slide === slide ? this.#view.scroll : 0)) void this.#tellView({ scroll });
  }

  get #slide() {
    return slideName(this.#deck.at);
  }

  /** @param {Partial<ScreenView>} change */
  async #tellView(change) {
    if (this.hasAttribute("data-follows")) return;
    const slide = this.#slide;
    this.#view = { ...this.#view, ...(this.#view.slide === slide ? {} : { slide, scroll: 0 }), ...change };
    this.#telling++;
    await this.#say("view", { ...this.#view });
    this.#telling--;
  }

  /** @param {string} words on the button that the driver has pressed in the lab */
  #tellPress(words) {
    void this.#tellView({ press: this.#view.press + 1, button: words });
  }

  #turnEdge() {
    /** @type {Record<ScreenView["edge"], ScreenView["edge"]>} */
    const after = { "": "open", open: "line", line: "" };
    const edge = after[this.#view.edge];
    void this.#tellView({ edge });
    this.#teller.say({ open: "How to join stands beside the slide, with its QR code.", line: "How to join stands in a line below the slide.", "": "How to join stands beside the slide, or below one that needs the room." }[edge]);
  }

  #askHands() {
    this.#tabs.show("poll");
    this.#poll.turn();
  }

  // The lab, for all

  async #pressAll() {
    const slide = this.#deck.slide;
    const words = slide && (await mainButton(slide));
    if (slide === undefined || words === undefined || slide !== this.#deck.slide) {
      this.#teller.say("Nothing can be pressed here now: the slide has no lab, or it runs.");
      return;
    }
    const named = this.#slide;
    const { lab } = this.#line.class ?? {};
    const before = lab?.slide === named ? lab : undefined;
    if (!(await this.#say("lab", { slide: named, values: { ...before?.values, press: words }, presses: (before?.presses ?? 0) + 1 }))) return;
    void press(slide, words);
    this.#teller.say(`Everybody presses “${words}”.`);
  }

  #undo() {
    return this.#say("undo");
  }

  /** @param {Record<string, string>} values */
  async #tellLab(values) {
    if (this.#slide === "" || this.hasAttribute("data-follows")) return;
    const { lab } = this.#line.class ?? {};
    const before = lab?.slide === this.#slide ? lab : undefined; // what everybody has pressed is not asked again
    const pressed = before?.values["press"];
    await this.#say("lab", { slide: this.#slide, values: { ...values, ...(pressed === undefined ? {} : { press: pressed }) }, presses: before?.presses ?? 0 });
  }

  async #replay() {
    const at = this.#deck.at;
    const name = at ? replayOf(this.#deck.outline, at) : "";
    if (this.#replaying) return void this.#endReplay();
    try {
      const recorded = await recordedOf(name);
      this.#showWire(true);
      document.dispatchEvent(new CustomEvent("wire-replay", { detail: recorded }));
      this.#replayed = name;
      if (this.#line.state === "open") void this.#tellView({ replay: name });
      else this.#windows.tell({ replay: name });
    } catch (error) {
      this.#teller.say(error instanceof Error ? error.message : String(error));
    }
  }

  get #replaying() {
    return this.#replayed !== "" || this.#view.replay !== "";
  }

  #endReplay() {
    this.#replayed = "";
    document.dispatchEvent(new CustomEvent("wire-replay", { detail: null }));
    if (this.#line.state === "open") void this.#tellView({ replay: "" });
    else this.#windows.tell({ replay: null });
  }

  async #keepQuestions() {
    const response = await fetch(`/classes/${this.#code}/questions.json`, { headers: { Authorization: `Bearer ${this.#token}` } });
    if (!response.ok) {
      this.#teller.say((await response.json()).error);
      return;
    }
    const link = el("a", { href: URL.createObjectURL(await response.blob()), download: `questions-${this.#code}.json` });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async #end() {
    if (confirm("End the class for everybody? The questions stay, and nobody can join any more.")) await this.#say("end");
  }
}

/** @param {Place | undefined} at */
function slideName(at) {
  return at ? `${at.lesson}/${at.slide}` : "";
}
