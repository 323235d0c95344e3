// A file taken by drop or by picker, and sent with a bar that says how far it is.
import { button, el, write } from "./dom.js";
import { bytes } from "./format.js";

const PATIENCE = 1000; // milliseconds before the bar shows

/** A place to drop files on. */
export class FileDrop {
  root = el("div", { class: "filedrop" });
  #input = el("input", { type: "file", class: "visually-hidden", accept: ".pcap,.pcapng,.cap,.gz,.har,.json,.hex,.txt", "aria-label": "Open a file" });

  /**
   * @param {HTMLElement} target files may be dropped anywhere on it
   * @param {(file: File) => void} take
   * @param {AbortSignal} signal
   */
  constructor(target, take, signal) {
    this.root.append(el("label", { class: "btn small" }, "Open a file", this.#input), el("span", {}, "or drop it here: pcap, pcapng, HAR or hex"));
    this.#input.addEventListener("change", () => {
      const file = this.#input.files?.[0];
      this.#input.value = ""; // the same file may be chosen again
      if (file) take(file);
    }, { signal });
    const carries = (/** @type {DragEvent} */ e) => e.dataTransfer?.types.includes("Files") === true;
    target.addEventListener("dragover", (e) => {
      if (!carries(e)) return;
      e.preventDefault();
      target.toggleAttribute("data-drop", true);
    }, { signal });
    target.addEventListener("dragleave", (e) => {
      if (!(e.relatedTarget instanceof Node) || !target.contains(e.relatedTarget)) target.removeAttribute("data-drop");
    }, { signal });
    target.addEventListener("drop", (e) => {
      target.removeAttribute("data-drop");
      if (!carries(e)) return;
      e.preventDefault();
      const file = e.dataTransfer?.files[0];
      if (file) take(file);
    }, { signal });
  }
}

/** How far a file is on its way. */
export class Progress {
  root = el("div", { class: "uploading", role: "group", "aria-label": "Sending a file", hidden: true });
  #bar = el("progress", { "aria-label": "Sent" });
  #words = el("span", { role: "status" });
  #stop = () => {};

  constructor() {
    this.root.append(this.#bar, this.#words, button("Stop", () => this.#stop(), { class: "btn small" }));
  }

  /**
   * send posts a file and returns the answer's status and its JSON. It rejects when the server does
   * not answer, and with an AbortError when the reader stops it.
   * @param {string} url
   * @param {Blob} file
   * @param {AbortSignal} signal
   * @returns {Promise<{ status: number, answer: any }>}
   */
  send(url, file, signal) {
    const request = new XMLHttpRequest(); // fetch doesn't tell how far a body is
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => (this.root.hidden = false), PATIENCE);
      const over = () => {
        clearTimeout(patience);
        this.root.hidden = true;
      };
      this.#stop = () => request.abort();
      signal.addEventListener("abort", this.#stop, { once: true });
      this.#at(0, file.size);
      request.upload.addEventListener("progress", (e) => this.#at(e.loaded, file.size));
      request.addEventListener("loadend", over);
      request.addEventListener("load", () => {
        try {
          resolve({ status: request.status, answer: JSON.parse(request.responseText) });
        } catch (error) {
          reject(error);
        }
      });
      request.addEventListener("error", () => reject(new TypeError("no answer")));
      request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
      request.open("POST", url);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.send(file);
    });
  }

  /**
   * @param {number} sent
   * @param {number} size
   */
  #at(sent, size) {
    if (sent < size) {
      this.#bar.max = size;
      this.#bar.value = sent;
      write(this.#words, `${bytes(sent)} of ${bytes(size)}`);
      return;
    }
    this.#bar.removeAttribute("value"); // it is being read, and nobody knows for how long
    write(this.#words, "The server reads it.");
  }
}

/**
 * textual says whether a file begins as hex does, which the reader may go on with as text.
 * @param {Blob} file
 */
export async function textual(file) {
  const front = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  if (front.some((b) => b < 9 || (b > 13 && b < 32))) return false;
  return !new TextDecoder().decode(front).trimStart().startsWith("{");
}
