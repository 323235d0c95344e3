// Progress outside this browser: a file to keep, a file to bring back, and a link for another device.
import { copy } from "./copy.js";
import { button, el, freshId, write } from "./dom.js";
import { plural } from "./format.js";
import { resumeLink } from "./resume.js";
import { wireId } from "./wire-id.js";

const LARGEST = 64 * 1024; // bytes of a file that the server takes

export class Takeaway {
  root;
  #said = el("p", { class: "said", role: "status" });
  #file = el("input", { type: "file", accept: ".json,application/json", id: freshId("file"), class: "visually-hidden", tabindex: "-1", "aria-label": "Progress file" });
  #code = el("div", { class: "qr" });

  /** @param {AbortSignal} signal */
  constructor(signal) {
    const link = el("code", {}, resumeLink(wireId()));
    this.#file.addEventListener("change", () => void this.#import(), { signal });
    const elsewhere = el(
      "details",
      { class: "elsewhere" },
      el("summary", {}, "Go on with another device"),
      el("p", {}, "Open this link there. It carries your wire: whoever has it sees your traffic here, and may pass exercises for you."),
      el("p", { class: "resume" }, link, " ", button("Copy", async () => write(this.#said, await copy(link)), { class: "btn small" })),
      this.#code,
    );
    elsewhere.addEventListener("toggle", () => elsewhere.open && this.#draw(), { signal });
    this.root = el(
      "div",
      { class: "takeaway" },
      el(
        "p",
        { class: "choices" },
        el("a", { class: "btn small", href: `/wire/${wireId()}/progress.json`, download: "" }, "Export progress"),
        button("Import progress", () => this.#file.click(), { class: "btn small" }),
        this.#file,
      ),
      elsewhere,
      this.#said,
    );
  }

  /** draw shows the link as a QR code, if it leads anywhere from another device. */
  #draw() {
    if (this.#code.firstChild) return;
    if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname)) {
      this.#code.append(el("p", { class: "note" }, "The address in it is this machine’s own. For another device, start the server with --listen :8080 and open the page under the address that it prints."));
      return;
    }
    const scheme = location.protocol.slice(0, -1);
    this.#code.append(el("img", { src: `/wire/${wireId()}/resume.svg?scheme=${scheme}`, alt: "The link as a QR code", width: 180, height: 180 }));
  }

  async #import() {
    const [file] = this.#file.files ?? [];
    if (file === undefined) return;
    try {
      if (file.size > LARGEST) throw new Error(`“${file.name}” is over 64 KiB: no progress is as long as that. Choose a file that was exported here.`);
      write(this.#said, "Reading the file…");
      const response = await fetch(`/wire/${wireId()}/progress`, { method: "POST", headers: { "Content-Type": "application/json" }, body: await file.text() });
      const answer = await response.json();
      if (!response.ok) throw new Error(typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`);
      const passed = Object.values(answer?.exercises ?? {}).filter((x) => x?.passed > 0).length;
      write(this.#said, `Brought in: ${plural(passed, "exercise is", "exercises are")} passed on this wire now.`);
    } catch (error) {
      write(this.#said, error instanceof TypeError ? "The server does not answer. Is it running?" : error instanceof Error ? error.message : String(error));
    } finally {
      this.#file.value = ""; // the same file may be chosen again
    }
  }
}
