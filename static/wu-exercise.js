// <wu-exercise data-lesson="request" data-exercise="raw-get">: a task with its word, and what the
// server makes of the reader's traffic. Emits wire-select and wire-replay, and at its lab lab-word
// {detail: the word} when the reader comes to do it there.
import { command, exercisePath, pageAttempts } from "./attempts.js";
import { copy } from "./copy.js";
import { button, el, freshId, write } from "./dom.js";
import { Help } from "./exercise-help.js";
import { FILLS, fillOf } from "./fill-line.js";
import { labPlace, onWord, takeWord, wasAt } from "./lab-word.js";
import { standing } from "./standing.js";
import { VerdictView } from "./verdict-view.js";
import { wireId } from "./wire-id.js";

/** @import { ExerciseMessage } from "./attempt-types.js" */
/** @import { StateDetail } from "./line.js" */

export class WuExercise extends HTMLElement {
  static define(tag = "wu-exercise", registry = customElements) {
    registry.define(tag, this);
  }

  #lesson = "";
  #id = "";
  /** @type {ExerciseMessage | undefined} */
  #x;
  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Help | undefined} */
  #help;
  /** @type {HTMLElement[]} */
  #fills = [];
  #told = ""; // the word that the lab has
  #tags = el("span", { class: "tags" });
  #verdict = new VerdictView();
  #word = el("code", {}, "…");
  #chip = button("", () => void this.#copy(this.#word), { class: "chip word", disabled: true });
  #here = button("Do it here", () => this.#goThere(), { class: "btn small primary", "aria-pressed": "false" });
  #again = button("New word", () => void this.#newWord(), { class: "btn small" });
  #drawn = el("dl", { class: "drawn", hidden: true });
  #answer = el("input", { type: "text", id: freshId("answer"), autocomplete: "off", spellcheck: "false", size: 16 });
  #said = el("p", { class: "said", role: "status" });
  /** @type {HTMLElement | undefined} */
  #bench;

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.#lesson = this.dataset["lesson"] ?? "";
    this.#id = this.dataset["exercise"] ?? "";
    if (this.#fills.length === 0) this.#fills = fillsIn(this);
    this.#chip.replaceChildren(this.#word, el("span", { class: "visually-hidden" }, ": copy it"));
    this.querySelector(".kicker")?.append(this.#tags);
    this.#bench = el("div", { class: "bench" }, this.#drive(), this.dataset["answer"] !== undefined && this.#form(this.dataset["answer"]), this.#said, this.#verdict.root);
    const help = this.querySelector("details");
    if (help) help.before(this.#bench);
    else this.append(this.#bench);
    // What is drawn belongs to the task's own words, so it stands above the line for a terminal.
    (this.querySelector("wu-terminal") ?? this.#bench).before(this.#drawn);
    this.#help = new Help(this, { lesson: this.#lesson, id: this.#id, title: this.dataset["title"] ?? this.#id }, signal);
    this.#listen(signal);
  }

  disconnectedCallback() {
    this.#gone?.abort();
    this.#bench?.remove();
    this.#drawn.remove();
    this.#tags.remove();
    this.#help?.remove();
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const attempts = pageAttempts();
    attempts.addEventListener("exercise", (e) => {
      const { detail } = /** @type {CustomEvent<ExerciseMessage>} */ (e);
      if (detail.lesson === this.#lesson && detail.id === this.#id) this.#take(detail);
    }, { signal });
    attempts.addEventListener("batch", () => this.#show(), { signal });
    attempts.addEventListener("state", (e) => this.#show(/** @type {CustomEvent<StateDetail>} */ (e).detail), { signal });
    onWord(() => this.#place(), signal);
    const known = attempts.get(this.#lesson, this.#id);
    if (known) this.#take(known);
    this.#show();
  }

  #drive() {
    const drive = el("p", { class: "drive" }, el("span", { class: "name" }, "Your word"), this.#chip, this.#here, this.#again);
    this.#here.hidden = this.#lab() === undefined;
    return drive;
  }

  /** @param {string} label */
  #form(label) {
    const form = el("form", { class: "answer-form" }, el("label", { for: this.#answer.id }, label), this.#answer, el("button", { type: "submit", class: "btn small" }, "Check it"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#send();
    });
    return form;
  }

  /** @param {ExerciseMessage} x */
  #take(x) {
    const first = this.#x === undefined;
    this.#x = x;
    write(this.#word, x.word);
    this.#chip.disabled = false;
    const page = { host: location.host, origin: location.origin, wire: wireId(), word: x.word };
    for (const fill of this.#fills) write(fill, fillOf(fill.dataset["fill"] ?? "", page));
    for (const terminal of this.querySelectorAll("wu-terminal")) terminal.setAttribute("word", x.word);
    this.#showDrawn(x.drawn ?? {});
    const place = labPlace(this.#lesson);
    if (place?.exercise === this.#id || (first && place === undefined && wasAt(this.#lesson, this.#id))) {
      takeWord({ lesson: this.#lesson, exercise: this.#id, word: x.word });
    }
    this.#help?.update(x);
    this.#place();
    this.#show();
  }

  /** @param {StateDetail} [detail] */
  #show(detail) {
    const x = this.#x;
    const { stand } = standing(x);
    this.dataset["stand"] = stand;
    const waiting = detail?.state === "waiting" || (detail === undefined && pageAttempts().state === "waiting");
    const unknown = x === undefined && !waiting && pageAttempts().known.size > 0;
    const trouble = waiting ? `The server does not answer${detail?.reason ? ` (${detail.reason})` : ""}. What you do now it judges when it is back, if it still has your wire.` : unknown ? "The server knows no such exercise. Reload the page: it may be older than the server." : "";
    this.#verdict.show(x, trouble);
    const tags = [stand === "passed" && "✓ passed", stand === "changed" && "↻ changed since you passed", x?.progress?.seen && "solution seen"].filter((tag) => typeof tag === "string");
    if (this.#tags.textContent !== tags.join("")) this.#tags.replaceChildren(...tags.map((tag) => el("span", { class: "tag" }, tag)));
  }

  /** @param {Record<string, string>} drawn */
  #showDrawn(drawn) {
    const entries = Object.entries(drawn);
    this.#drawn.hidden = entries.length === 0;
    // What is drawn and answered by typing is done on the card, and at no lab.
    this.#here.hidden = (entries.length > 0 && this.dataset["answer"] !== undefined && this.dataset["lab"] === undefined) || this.#lab() === undefined;
    const key = JSON.stringify(entries);
    if (this.#drawn.dataset["key"] === key) return;
    this.#drawn.dataset["key"] = key;
    this.#drawn.replaceChildren(
      ...entries.flatMap(([name, value]) => {
        const code = el("code", {}, value);
        return [el("dt", {}, name), el("dd", {}, code, " ", button("Copy", () => void this.#copy(code), { class: "btn small", "aria-label": `Copy: ${name}` }))];
      }),
    );
  }

  /** place says whether the lab uses this exercise's word. */
  #place() {
    const here = labPlace(this.#lesson)?.exercise === this.#id;
    this.toggleAttribute("data-here", here);
    this.#here.setAttribute("aria-pressed", String(here));
    write(this.#here, here ? "The lab is set to it" : "Do it here");
    this.#here.classList.toggle("primary", !here);
    if (here) this.#tell();
    else this.#told = "";
  }

  /** tell has the lab put the word where the reader types, once for each word. */
  #tell() {
    const word = this.#x?.word;
    if (word === undefined || word === this.#told) return;
    this.#told = word;
    this.#lab()?.dispatchEvent(new CustomEvent("lab-word", { detail: word }));
  }

  /**
   * lab is where this exercise is done: the element that it names, or the nearest lab before it; a
   * forge only if that is a way, and at once if the page itself is none.
   * @returns {HTMLElement | undefined}
   */
  #lab() {
    const named = this.dataset["lab"];
    const ways = this.dataset["ways"]?.split(" ") ?? ["page"];
    const others = `wu-terminal, wu-predict${ways.includes("forge") ? "" : ", wu-forge"}`;
    const fit = ways.includes("page") ? `article .lab:not(${others})` : ways.includes("forge") ? "article wu-forge" : undefined;
    const selector = named ?? fit;
    if (selector === undefined) return undefined;
    const all = [...document.querySelectorAll(selector)].filter((lab) => lab instanceof HTMLElement);
    const outside = all.filter((lab) => lab.closest("wu-exercise") === null);
    if (named !== undefined) return outside[0] ?? all[0];
    return outside.findLast((lab) => (lab.compareDocumentPosition(this) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0) ?? outside[0];
  }

  #goThere() {
    const lab = this.#lab();
    if (this.#x === undefined || lab === undefined) {
      write(this.#said, "Your word has not come yet. It needs the server.");
      return;
    }
    this.#told = "";
    takeWord({ lesson: this.#lesson, exercise: this.#id, word: this.#x.word });
    this.#tell();
    lab.scrollIntoView({ block: "start" });
    const controls = [...lab.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
    const first = controls.find((control) => control.closest("h3, .word-chip") === null && control.checkVisibility() && !control.matches(":disabled"));
    if (first instanceof HTMLElement) first.focus({ preventScroll: true }); // never Reset, which an Enter too many would press
  }

  async #newWord() {
    this.#again.disabled = true;
    try {
      await command(exercisePath(this.#lesson, this.#id, "again"));
      write(this.#said, "");
    } catch (error) {
      write(this.#said, error instanceof Error ? error.message : String(error));
    } finally {
      this.#again.disabled = false;
    }
  }

  async #send() {
    const answer = this.#answer.value.trim();
    if (answer === "" || this.#x === undefined) {
      write(this.#said, answer === "" ? "Type your answer first." : "Your word has not come yet. It needs the server.");
      return;
    }
    try {
      await command(`/lab/answer/${encodeURIComponent(this.#id)}?${new URLSearchParams({ wire: wireId(), word: this.#x.word, answer })}`);
      write(this.#said, "");
    } catch (error) {
      write(this.#said, error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Element} node */
  async #copy(node) {
    write(this.#said, await copy(node));
  }
}

/**
 * fillsIn finds the names in braces in a card's text and gives each a node of its own. The lines
 * for a terminal fill their own.
 * @param {HTMLElement} card
 */
function fillsIn(card) {
  const walk = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const texts = [];
  while (walk.nextNode()) {
    const { currentNode: node } = walk;
    if (node instanceof Text && node.data.includes("{") && !node.parentElement?.closest("pre.line, noscript")) texts.push(node);
  }
  const page = { host: location.host, origin: location.origin, wire: wireId(), word: "…" };
  return texts.flatMap((text) => {
    const parts = text.data.split(FILLS); // the names are the odd ones
    const nodes = parts.map((part, i) => (i % 2 === 0 ? part : el("span", { class: "fill", "data-fill": part }, fillOf(part, page))));
    text.replaceWith(...nodes);
    return nodes.filter((node) => node instanceof HTMLElement);
  });
}
