// <wu-sockets-calls>: a server and a client whose socket calls the reader makes one by one, each with
// its real arguments and its real result. The calls are made in the server, see POST
// /lab/sockets/control/.
import { button, el, freshId, write } from "./dom.js";
import { Prediction } from "./prediction.js";
import { wireId } from "./wire-id.js";

/**
 * @typedef {{ side: "server" | "client", call: string }} Step
 * @typedef {Step & { n: number, args: string, result: string, errno?: string, error?: string, kernel?: string, says: string, micros: number, follows: boolean }} Call
 * @typedef {{ family: "unix" | "tcp", address: string, calls: Call[], next: Step | null, waiting: boolean,
 *   descriptors: { listener: number, conns: number[], client: number } }} Pair
 * @typedef {{ pair: Pair | null, why?: string }} State
 */

/** @type {Record<"server" | "client", string[]>} */
const CALLS = {
  server: ["socket", "bind", "listen", "accept", "recv", "send", "shutdown", "close", "unlink"],
  client: ["socket", "connect", "send", "recv", "shutdown", "close"],
};

/** @type {["unix" | "tcp", string][]} */
const FAMILIES = [
  ["unix", "Unix domain: the address is a path"],
  ["tcp", "TCP: the address is a port"],
];

export class WuSocketsCalls extends HTMLElement {
  static define(tag = "wu-sockets-calls", registry = customElements) {
    registry.define(tag, this);
  }

  /** @type {AbortController | undefined} */
  #gone;
  /** @type {Pair | null} */
  #pair = null;
  #busy = false;
  /** @type {HTMLInputElement[]} */
  #families = [];
  #next = button("Next call", () => void this.#step(), { class: "btn primary" });
  #server = el("p", { class: "held" });
  #client = el("p", { class: "held" });
  #said = el("p", { class: "said", role: "status" });
  #list = el("ol", { class: "call-list", tabindex: "0", "aria-label": "The calls so far, the server's on the left, the client's on the right" });
  #ask = el("div");
  /** @type {Prediction | undefined} */
  #prediction;
  #data = el("input", { type: "text", id: freshId("data"), value: "Spang", maxlength: 64, size: 14, autocomplete: "off", spellcheck: "false" });
  #room = el("select", { id: freshId("room") }, el("option", { value: "64" }, "64 bytes"), el("option", { value: "4" }, "4 bytes"));
  #unlink = button("unlink", () => void this.#call("server", "unlink"), { class: "chip" });

  connectedCallback() {
    this.#gone = new AbortController();
    const name = freshId("family");
    this.#families = FAMILIES.map(([value]) => el("input", { type: "radio", name, value }));
    const choices = el("fieldset", { class: "choices" }, el("legend", { class: "visually-hidden" }, "Which sockets"));
    FAMILIES.forEach(([value, text], i) => {
      const radio = this.#families[i];
      if (radio === undefined) return;
      radio.addEventListener("change", () => void this.#open(value));
      choices.append(el("label", {}, radio, ` ${text}`));
    });
    this.replaceChildren(
      el("h3", {}, "socket calls · two programs in one server", button("Reset", () => void this.#reset(), { class: "btn small" })),
      choices,
      el("p", { class: "call-next" }, this.#next),
      this.#said,
      this.#ask,
      el("div", { class: "sides" }, el("section", { class: "server" }, el("h4", {}, "server"), this.#server), el("section", { class: "client" }, el("h4", {}, "client"), this.#client)),
      this.#list,
      this.#others(),
    );
    void this.#command("state");
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  /** others are all the calls that may be made out of turn. */
  #others() {
    const side = (/** @type {"server" | "client"} */ which) => {
      const group = el("div", { class: "presets", role: "group", "aria-label": `Calls of the ${which}` }, el("span", { class: "name" }, which));
      for (const call of CALLS[which]) group.append(call === "unlink" ? this.#unlink : button(call, () => void this.#call(which, call), { class: "chip" }));
      if (which === "server") group.append(button("bind to an address in use", () => void this.#call("server", "bind", { taken: "1" }), { class: "chip" }));
      return group;
    };
    return el(
      "details",
      { class: "out-of-turn" },
      el("summary", {}, "Make any call, also a wrong one"),
      side("server"),
      side("client"),
      el("p", { class: "options" }, el("span", {}, el("label", { for: this.#data.id }, "send "), this.#data), el("span", {}, el("label", { for: this.#room.id }, "recv into a buffer of "), this.#room)),
    );
  }

  /** @param {"unix" | "tcp"} family */
  async #open(family) {
    this.#forget();
    await this.#command(`open?family=${family}`);
  }

  async #reset() {
    this.#forget();
    this.#data.value = "Spang";
    this.#room.value = "64";
    await this.#command("reset");
    this.#next.focus();
  }

  #forget() {
    this.#prediction = undefined;
    this.#ask.replaceChildren();
    this.#said.after(this.#ask);
    this.#pair = null;
    this.#list.replaceChildren();
  }

  async #step() {
    if (this.#pair === null && !(await this.#command(`open?family=${this.#families[1]?.checked ? "tcp" : "unix"}`))) return;
    await this.#command("step");
  }

  /**
   * @param {"server" | "client"} side
   * @param {string} call
   * @param {Record<string, string>} [more]
   */
  async #call(side, call, more = {}) {
    if (this.#pair === null && !(await this.#command(`open?family=${this.#families[1]?.checked ? "tcp" : "unix"}`))) return;
    const with_ = call === "send" ? { data: this.#data.value } : call === "recv" ? { room: this.#room.value } : {};
    await this.#command(`call?${new URLSearchParams({ side, call, ...with_, ...more })}`);
  }

  /**
   * command tells the server, and shows what it answers. One at a time: a call has its place.
   * @param {string} what
   */
  async #command(what) {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      const response = await fetch(`/lab/sockets/control/${what}${what.includes("?") ? "&" : "?"}wire=${wireId()}`, { method: "POST", signal: this.#gone?.signal ?? null });
      const answer = await response.json();
      if (!response.ok) {
        this.#said.textContent = typeof answer?.error === "string" ? answer.error : `The server answered ${response.status}.`;
        return false;
      }
      this.#show(answer);
      return true;
    } catch {
      if (!this.#gone?.signal.aborted) this.#said.textContent = "The server does not answer. Is it running?";
      return false;
    } finally {
      this.#busy = false;
    }
  }

  /** @param {State} state */
  #show({ pair, why }) {
    this.#pair = pair;
    const family = pair?.family ?? (this.#families[1]?.checked ? "tcp" : "unix");
    for (const radio of this.#families) radio.checked = radio.value === family;
    this.#unlink.disabled = family === "tcp";
    const calls = pair?.calls ?? [];
    for (const call of calls.slice(this.#list.children.length)) this.#list.append(row(call));
    this.#list.hidden = calls.length === 0;
    this.#list.scrollTop = this.#list.scrollHeight;
    const last = calls.at(-1);
    write(this.#said, why ?? (last ? `${last.side}, ${last.call}: ${last.errno ?? last.result}.${pair?.next ? "" : " That was the last call of the story. Choose the other sockets, or make calls of your own."}` : ""));
    this.#held(pair);
    const next = pair ? pair.next : { side: "server", call: "socket" };
    this.#next.disabled = why !== undefined || next === null;
    write(this.#next, next === null ? "No call is left" : `Next: ${next.call}, by the ${next.side}`);
    this.#predict(pair);
  }

  /** @param {Pair | null} pair */
  #held(pair) {
    const { listener = -1, conns = [], client = -1 } = pair?.descriptors ?? {};
    const server = [];
    if (listener >= 0) server.push(`descriptor ${listener}${pair?.address ? `, bound to ${pair.address}` : ", without an address"}`);
    for (const conn of conns) server.push(`descriptor ${conn}, a connection`);
    write(this.#server, server.join("; ") || "no descriptor");
    write(this.#client, client >= 0 ? `descriptor ${client}${pair?.waiting ? ", connected and not yet accepted" : ""}` : "no descriptor");
  }

  /**
   * predict asks before the first connect of a run, and leaves the guess beside what came.
   * @param {Pair | null} pair
   */
  #predict(pair) {
    const made = pair?.calls.filter((call) => call.side === "client" && call.call === "connect") ?? [];
    if (this.#prediction === undefined && pair?.next?.call === "connect" && made.length === 0) {
      this.#prediction = new Prediction(
        {
          question: el("p", {}, el("strong", {}, "Predict, then call."), " The server listens, and has not called accept. What will the client’s connect come to?"),
          choices: [{ value: 1, text: "it is connected" }, { value: 0, text: "it fails, or waits for accept" }],
          go: "Predict and connect",
          skip: "Connect",
        },
        () => void this.#step(),
      );
      this.#ask.replaceChildren(this.#prediction.root);
    } else if (this.#prediction !== undefined && made.length === 1 && pair && this.#ask.querySelector("form")) {
      this.#prediction.judge(pair.waiting ? 1 : 0, pair.waiting ? "Connected, and nobody has accepted: listen told the kernel to take connections in by itself." : "See what the call returned.");
      this.#ask.querySelector("form")?.remove();
      this.#list.after(this.#ask); // what is over makes room for the log
    }
  }
}

/** @param {Call} call */
function row({ side, call, args, result, errno, error, kernel, says, micros, follows }) {
  const failed = errno !== undefined && errno !== "EINPROGRESS";
  return el(
    "li",
    { class: `${side}${follows ? " follows" : ""}` },
    el("span", { class: "visually-hidden" }, `${side}: `),
    el("code", { class: "line" }, el("b", {}, call), `(${args}) = `, el("b", { class: failed ? "wrong" : "result" }, result === "-1" && errno ? `-1 ${errno}` : result)),
    el("span", { class: "meta" }, [errno ? error : undefined, kernel ? `as ${kernel}` : undefined, `${micros < 9.95 ? micros.toFixed(1) : Math.round(micros)} µs`].filter(Boolean).join(" · ")),
    el("span", { class: "says" }, says),
  );
}
