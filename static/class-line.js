// One line to a class: a WebSocket, or by itself long polling where a network lets none through. It
// comes back by itself, and says what was said to it.
import { PollPipe } from "./class-poll-pipe.js";
import { Line, socketUrl } from "./line.js";
import { wireId } from "./wire-id.js";

/** @import { Answer, ClassState, Crowd, Desk, Role, Welcome } from "./class-types.js" */
/** @import { StateDetail, Ways } from "./line.js" */

const FIRST_WAIT = 2000; // so that two tries are a second apart at least
const LONGEST_WAIT = 6000; // so that a class is whole again soon after its server
const APART = 1000;
const ANSWER = 10_000; // milliseconds within which a command is answered
const BEATS = 4; // a line that leaves so many beats unanswered is dead
const SETTLED = 1500; // milliseconds after which a page has time for the first beat
const LIVED = 3000; // milliseconds: a socket that was cut sooner was cut at once
const FIRST_PROBE = 15_000;
const LONGEST_PROBE = 300_000;

/**
 * Choice says what to try next. A network that has let a socket through is taken to do so again.
 */
export class Choice {
  #tries = 0; // in a row that came to nothing
  #good = false; // a socket has lived on this page

  /** @returns {"socket" | "poll"} */
  get next() {
    const round = this.#good ? 4 : 2;
    return this.#tries % round === round - 1 ? "poll" : "socket";
  }

  /**
   * ended notes how a connection went.
   * @param {"socket" | "poll"} kind
   * @param {number} lived milliseconds from its opening, 0 if it never opened
   */
  ended(kind, lived) {
    if (lived < LIVED) {
      this.#tries++;
      return;
    }
    if (kind === "socket") this.#good = true;
    this.#tries = kind === "socket" || this.#good ? 0 : 1;
  }

  /** through notes that a socket lives again. */
  through() {
    this.#good = true;
    this.#tries = 0;
  }
}

/**
 * ClassLine is a page's line to one class. Events beside those of a line: "welcome", "class",
 * "crowd", "desk" {detail: what came}; "link" when the time there and back was measured, or is late.
 */
export class ClassLine extends Line {
  /** @type {Welcome | undefined} */
  welcome;
  /** @type {ClassState | undefined} */
  class;
  /** @type {Crowd | undefined} */
  crowd;
  /** @type {Desk | undefined} */
  desk;
  rtt = 0; // of the newest beat
  reason = ""; // why the line is down, if somebody said it
  late = 0; // beats that wait for their answer
  /** @type {"socket" | "poll"} */
  over = "socket";
  #at = 0; // the time that the server told last; 0 before
  #heard = 0; // and when, since the page was opened
  #choice;
  #code;
  #as;
  #beat;
  #token;
  #last = 0;
  #opened = 0;
  /** @type {Map<number, (answer: Answer) => void>} */
  #asked = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #beats;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #first;
  #wait = FIRST_PROBE;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #probe;

  /**
   * @param {string} code
   * @param {{ as: "viewer" | "presenter" | "screen", token?: () => string | undefined, beat?: number }} who
   *   beat: milliseconds from one beat to the next
   * @param {Ways & { poll?: (base: string, token: () => string | undefined) => PollPipe }} [ways]
   */
  constructor(code, { as, token = () => undefined, beat = 10_000 }, { open = (url) => new WebSocket(url), poll = (base, bearer) => new PollPipe(base, bearer), ...ways } = {}) {
    const choice = new Choice();
    /** @param {string} url */
    const connect = (url) => {
      this.over = choice.next;
      if (this.over === "socket") return open(url);
      return /** @type {WebSocket} */ (/** @type {unknown} */ (poll(`/classes/${code}`, this.#token)));
    };
    super(() => this.#socket(), { first: FIRST_WAIT, longest: LONGEST_WAIT, apart: APART, ...ways, open: connect });
    this.#choice = choice;
    this.#code = code;
    this.#as = as;
    this.#token = token;
    this.#beat = beat;
    this.addEventListener("message", (e) => this.#take(/** @type {CustomEvent} */ (e).detail));
    this.addEventListener("state", (e) => this.#enter(/** @type {CustomEvent<StateDetail>} */ (e).detail));
  }

  /** @returns {Role} */
  get you() {
    return this.welcome?.you ?? "viewer";
  }

  /** now is the time on the server's clock, whatever becomes of this computer's. */
  get now() {
    return this.#at === 0 ? Date.now() : this.#at + performance.now() - this.#heard;
  }

  /** ahead is by how much that is before this computer's, in milliseconds. */
  get ahead() {
    return this.now - Date.now();
  }

  /**
   * say tells the class something, and is answered with what became of it. It never throws.
   * @param {string} what
   * @param {Record<string, unknown>} [more]
   * @returns {Promise<Answer>}
   */
  say(what, more = {}) {
    const id = ++this.#last;
    return new Promise((done) => {
      const timer = setTimeout(() => this.#answer({ kind: "refused", id, error: "There was no answer in ten seconds. Look whether it happened, and try again." }), ANSWER);
      this.#asked.set(id, (answer) => {
        clearTimeout(timer);
        done(answer);
      });
      if (!this.send(JSON.stringify({ id, say: what, ...more }))) this.#answer({ kind: "refused", id, error: "The line to the class is down. It comes back by itself: try again then." });
    });
  }

  /** hello says again who this page is, with the token that it has now. */
  hello() {
    const token = this.#token();
    this.send(JSON.stringify({ id: ++this.#last, say: "hello", as: this.#as, ...(token === undefined ? {} : { token }) }));
  }

  #socket() {
    const unseen = this.#as === "viewer" ? "" : `&as=${this.#as}`; // a token is kept off the wire
    return socketUrl(`/classes/${this.#code}/socket?wire=${wireId()}${unseen}`);
  }

  /** @param {StateDetail} detail */
  #enter({ state, reason }) {
    this.reason = reason;
    if (state === "open") {
      this.#opened = performance.now();
      this.late = 0;
      this.hello();
      this.#beats = setInterval(() => this.#pulse(), this.#beat);
      this.#first = setTimeout(() => this.#pulse(), SETTLED);
      if (this.over === "poll") this.#probe = setTimeout(() => this.#look(), this.#wait);
      return;
    }
    clearInterval(this.#beats);
    clearTimeout(this.#first);
    clearTimeout(this.#probe);
    for (const id of [...this.#asked.keys()]) this.#answer({ kind: "refused", id, error: "The line was cut before the answer came. Look whether it happened, and try again." });
    if (state === "waiting") this.#choice.ended(this.over, this.#opened === 0 ? 0 : performance.now() - this.#opened);
    this.#opened = 0;
  }

  /** @param {any} message */
  #take(message) {
    switch (message.kind) {
      case "ok":
      case "refused":
        this.#answer(message);
        return;
      case "beat":
        this.late = 0;
        this.rtt = performance.now() - message.t;
        this.#tells(message.at + this.rtt / 2);
        this.dispatchEvent(new Event("link"));
        return;
      case "welcome":
        this.welcome = message;
        this.#tells(message.at);
        if (message.you === "viewer") this.desk = undefined;
        break;
      case "class":
        this.class = message;
        break;
      case "crowd":
        this.crowd = message;
        break;
      case "desk":
        this.desk = message;
        break;
      default:
        return;
    }
    this.dispatchEvent(new CustomEvent(message.kind, { detail: message }));
  }

  /** @param {number} at */
  #tells(at) {
    this.#at = at;
    this.#heard = performance.now();
  }

  /** @param {Answer} answer */
  #answer(answer) {
    const { id = 0 } = answer;
    const done = this.#asked.get(id);
    this.#asked.delete(id);
    done?.(answer);
  }

  /** pulse measures the time there and back. */
  #pulse() {
    if (this.late >= BEATS) {
      this.abandon("nothing came back");
      return;
    }
    if (this.late++ > 0) this.dispatchEvent(new Event("link"));
    this.send(JSON.stringify({ say: "beat", t: performance.now() }));
  }

  /** look tries a socket beside the polling, and goes over to it if it lives. */
  #look() {
    this.#wait = Math.min(LONGEST_PROBE, this.#wait * 2);
    const socket = new WebSocket(this.#socket());
    const lives = setTimeout(() => {
      socket.close(1000);
      if (this.over !== "poll" || this.state !== "open") return;
      this.#choice.through();
      this.abandon("");
      this.retry();
    }, LIVED);
    socket.addEventListener("close", () => {
      clearTimeout(lives);
      if (this.over === "poll" && this.state === "open") this.#probe = setTimeout(() => this.#look(), this.#wait);
    });
  }
}
