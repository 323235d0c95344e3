// <wu-capture-open>: a capture that the reader drops, read in the page's panel; at an exercise, the
// capture that is made for it, or the reader's own, sent to be checked. Emits wire-replay.
import { button, el, write } from "./dom.js";
import { FileDrop, Progress } from "./file-drop.js";
import { number, plural } from "./format.js";
import { labPlace, labWord, onWord, wordChip } from "./lab-word.js";
import { wireId } from "./wire-id.js";

const LESSON = "capture";
const MADE = ["find-101", "who-pinged"]; // exercises that have a capture made for them

export class WuCaptureOpen extends HTMLElement {
  static define(tag = "wu-capture-open", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  #task = el("div", { class: "capture-task" });
  #progress = new Progress();
  #said = el("p", { class: "said", role: "status" });

  connectedCallback() {
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    this.replaceChildren(
      el("h3", {}, "a capture, in the panel"),
      wordChip(LESSON, signal),
      this.#task,
      new FileDrop(this, (file) => void this.#take(file, file.name), signal).root,
      this.#progress.root,
      this.#said,
      el("p", { class: "soft" }, "For hex, and for more room, there is the ", el("a", { href: "/decode" }, "decoder"), "."),
    );
    onWord(() => this.#show(), signal);
    this.#show();
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  get #exercise() {
    return labPlace(LESSON)?.exercise ?? "";
  }

  #show() {
    const exercise = this.#exercise;
    const word = labWord(LESSON);
    write(this.#said, "");
    if (MADE.includes(exercise)) {
      const name = `${exercise}.pcapng`;
      const href = `/lab/capture/${word}/${name}?wire=${wireId()}`;
      this.#task.replaceChildren(
        el("p", {}, "Made for you from your word, by wireup’s own writer. Read it in Wireshark, in tshark, or here."),
        el("div", { class: "lab-buttons" }, el("a", { class: "btn", href, download: name }, `Save ${name}`), button("Read it here", () => void this.#fetch(href, name), { class: "btn" })),
      );
    } else if (exercise === "sniff") this.#task.replaceChildren(el("p", {}, "What you drop here is checked: the server looks for a frame that carries ", el("code", {}, word), "."));
    else this.#task.replaceChildren();
  }

  /**
   * @param {string} href
   * @param {string} name
   */
  async #fetch(href, name) {
    try {
      const response = await fetch(href);
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      await this.#take(await response.blob(), name);
    } catch (error) {
      this.#trouble(error);
    }
  }

  /**
   * take shows a file in the panel, after the check of the exercise that the reader is at.
   * @param {Blob} file
   * @param {string} name
   */
  async #take(file, name) {
    const { signal } = this.#gone ?? new AbortController();
    write(this.#said, "");
    try {
      if (this.#exercise === "sniff") {
        const checked = await this.#progress.send(`/lab/capture/${labWord(LESSON)}?wire=${wireId()}`, file, signal);
        if (checked.status !== 200) throw new Error(checked.answer.error ?? `The server answered ${checked.status}.`);
        const { packets, frames, packet } = checked.answer;
        write(this.#said, `${plural(packets, "packet")}, ${plural(frames, "frame")}. ${packet ? `Packet ${number(packet)} ends the frame with the word.` : "No frame carries the word."}`);
        return; // the panel stays with the wire, where the check’s own request stands
      }
      const { status, answer } = await this.#progress.send("/dissect", file, signal);
      if (status !== 200) throw new Error(answer.error ?? `The server answered ${status}.`);
      const unit = answer.form === "a HAR" ? "Entry" : "Packet";
      for (const [i, event] of answer.events.entries()) if (answer.packets) event.place = `${unit} ${number(answer.packets[i] ?? 0)} of the file.`;
      write(this.#said, answer.why);
      this.dispatchEvent(new CustomEvent("wire-replay", { bubbles: true, detail: { title: name, events: answer.events } }));
    } catch (error) {
      if (!signal.aborted) this.#trouble(error);
    }
  }

  /** @param {unknown} error */
  #trouble(error) {
    if (error instanceof DOMException && error.name === "AbortError") write(this.#said, "Stopped. Nothing of the file was read.");
    else if (error instanceof TypeError) write(this.#said, "The server does not answer, or did not want all of the file. Try again, or with a smaller one.");
    else write(this.#said, error instanceof Error ? error.message : String(error));
  }
}
