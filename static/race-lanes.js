// The lanes of a race, drawn as it runs: what was asked, held, sent and brought, by shape and pattern
// and only then by colour; beside each its bytes and its delay; below, the same in words.
import { el, freshId, svg, write } from "./dom.js";
import { bytes, number, plural } from "./format.js";
import { TRANSPORTS } from "./race-sums.js";
import { time } from "./timeline-scale.js";

/** @import { How, Lane } from "./race-sums.js" */

/** @typedef {{ lane: Lane, name: string }} Shown */

const OFTEN = 60; // milliseconds at least between two drawings

/** @type {Record<How, string>} */
const LOOKS = {
  poll: "a stroke for each request, a ring for an empty answer",
  comet: "hatched while a request is held",
  stream: "lines while the answer goes on",
  socket: "a plain band while the socket is open",
};

class LaneRow {
  root;
  track = svg("svg", { role: "img", focusable: "false" });
  #bytes = el("b", {}, "·");
  #byteWords = el("small", {}, "on the wire");
  #delay = el("b", {}, "·");
  #delayWords = el("small", {}, "median delay");

  /** @param {string} name */
  constructor(name) {
    this.root = el("div", { class: "race-lane" }, el("h4", {}, name), el("div", { class: "race-track" }, this.track), el("p", { class: "race-figure" }, this.#bytes, this.#byteWords), el("p", { class: "race-figure" }, this.#delay, this.#delayWords));
  }

  /** @param {Lane} lane */
  figures(lane) {
    const some = lane.requests > 0;
    write(this.#bytes, some ? bytes(lane.up + lane.down) : "·");
    write(this.#byteWords, some ? `in ${plural(lane.requests, "request")}` : "on the wire");
    write(this.#delay, lane.median === undefined ? "·" : time(lane.median));
    write(this.#delayWords, lane.worst === undefined ? "median delay" : `median; worst ${time(lane.worst)}`);
  }
}

export class RaceLanes {
  root = el("figure", { class: "race" });
  #rows = el("div", { class: "race-lanes" });
  #details = el("details", {}, el("summary", {}, "The same in words"));
  #told = el("ul", { class: "told" });
  /** @type {Map<string, LaneRow>} */
  #lanes = new Map();
  #hatch = freshId("hatch");
  #lines = freshId("lines");
  /** @type {{ shown: Shown[], happened: number[], from: number, to: number, updates: number }} */
  #now = { shown: [], happened: [], from: 0, to: 1, updates: 40 };
  #frame = 0;
  #drawn = 0;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#details.append(this.#told);
    this.#details.addEventListener("toggle", () => this.#tell());
    const key = el("ul", { class: "legend", "aria-label": "What the shapes mean" }, sample("M0-1.2 1.2 0 0 1.2-1.2 0z", "solid", "an update happens"), sample("M-.4-1H.4V1H-.4z", "solid", "an update has come"), sample("M-1 0H1", "stroke", "the time between"), sample("M0-1V1", "stroke thin", "a request"), sample("M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0z", "hollow", "an empty answer"));
    this.root.append(this.#rows, key, this.#details);
    const sized = new ResizeObserver(() => this.#soon());
    sized.observe(this.#rows);
    signal.addEventListener("abort", () => {
      sized.disconnect();
      cancelAnimationFrame(this.#frame);
    });
    this.show([], [], 0, 1, 40);
  }

  /**
   * show draws lanes between two times of the wire's clock.
   * @param {Shown[]} shown
   * @param {number[]} happened
   * @param {number} from
   * @param {number} to
   * @param {number} updates
   */
  show(shown, happened, from, to, updates) {
    this.#now = { shown, happened, from, to, updates };
    this.#soon();
  }

  /** reveal scrolls as little as it takes for the lanes to be seen, on a wall too. */
  reveal() {
    this.#rows.scrollIntoView({ block: "nearest" });
  }

  #soon() {
    if (this.#frame !== 0) return;
    const draw = (/** @type {number} */ at) => {
      this.#frame = 0;
      if (at - this.#drawn < OFTEN) {
        this.#frame = requestAnimationFrame(draw);
        return;
      }
      this.#drawn = at;
      this.#draw();
    };
    this.#frame = requestAnimationFrame(draw);
  }

  /** @param {string} name */
  #row(name) {
    let row = this.#lanes.get(name);
    if (row === undefined) {
      row = new LaneRow(name);
      this.#lanes.set(name, row);
    }
    return row;
  }

  #draw() {
    const { shown } = this.#now;
    const rows = shown.map(({ name }) => this.#row(name));
    if (this.#rows.children.length !== rows.length || rows.some((row, i) => this.#rows.children[i] !== row.root)) this.#rows.replaceChildren(...rows.map((row) => row.root));
    shown.forEach(({ lane, name }, i) => {
      const row = rows[i];
      if (row === undefined) return;
      row.figures(lane);
      const width = row.track.parentElement?.clientWidth ?? 0;
      if (width > 0) this.#paint(row.track, lane, name, width);
    });
    this.#tell();
  }

  /**
   * @param {SVGSVGElement} track
   * @param {Lane} lane
   * @param {string} name
   * @param {number} width
   */
  #paint(track, lane, name, width) {
    const { happened, from, to } = this.#now;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const high = 2.5 * rem;
    const x = (/** @type {number} */ t) => Math.min(Math.max((t - from) / (to - from), 0), 1) * (width - rem) + rem / 2;
    const top = 0.75 * rem; // above it the updates as they happen, below it what comes of them
    const foot = 0.3 * rem; // so far requests stand out below, where nothing hides them
    const tall = high - top - foot;
    const nodes = [this.#patterns(lane.how, rem)];
    for (const exchange of lane.exchanges) nodes.push(...this.#exchange(lane.how, exchange, { x, top, tall, foot, rem, to }));
    happened.forEach((at) => nodes.push(svg("path", { class: "happened", d: `M0-${0.2 * rem}L${0.2 * rem} 0 0 ${0.2 * rem}-${0.2 * rem} 0z`, transform: `translate(${x(at)} ${0.35 * rem})` })));
    for (const { n, at } of lane.deliveries) {
      const then = happened[n - 1];
      if (then !== undefined && x(at) - x(then) > 1) nodes.push(svg("line", { class: "waited", x1: x(then), x2: x(at), y1: top + 1 + (tall * (n % 5)) / 5, y2: top + 1 + (tall * (n % 5)) / 5 }));
    }
    for (const { at } of lane.deliveries) nodes.push(svg("rect", { class: "came", x: x(at) - 0.075 * rem, y: top, width: 0.15 * rem, height: tall }));
    track.setAttribute("width", String(width));
    track.setAttribute("height", String(high));
    track.setAttribute("aria-label", `${name}: ${words(lane, this.#now.updates)}`);
    track.replaceChildren(...nodes);
  }

  /**
   * exchange draws one request as far as it has come.
   * @param {How} how
   * @param {import("./exchanges.js").Exchange} exchange
   * @param {{ x: (t: number) => number, top: number, tall: number, foot: number, rem: number, to: number }} place
   */
  #exchange(how, exchange, { x, top, tall, foot, rem, to }) {
    const end = exchange.ended ?? to;
    const begin = how === "stream" || how === "socket" ? (exchange.answered ?? exchange.at) : exchange.at;
    const nodes = [];
    if (how !== "poll") nodes.push(svg("rect", { class: `held ${how}`, x: x(begin), y: top, width: Math.max(0, x(end) - x(begin)), height: tall, fill: "none", ...(how === "comet" ? { fill: `url(#${this.#hatch}-${how})` } : how === "stream" ? { fill: `url(#${this.#lines}-${how})` } : {}) }));
    nodes.push(svg("line", { class: "asked", x1: x(exchange.at), x2: x(exchange.at), y1: top, y2: top + tall + foot }));
    if (exchange.status === 204 && exchange.ended !== undefined) nodes.push(svg("circle", { class: "empty", cx: x(exchange.ended), cy: top + tall / 2, r: 0.26 * rem }));
    return nodes;
  }

  /**
   * @param {How} how
   * @param {number} rem
   */
  #patterns(how, rem) {
    const s = 0.4 * rem;
    return svg(
      "defs",
      {},
      svg("pattern", { id: `${this.#hatch}-${how}`, width: s, height: s, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { class: "fine", d: `M${s / 2} 0V${s}` })),
      svg("pattern", { id: `${this.#lines}-${how}`, width: s, height: s, patternUnits: "userSpaceOnUse" }, svg("path", { class: "fine", d: `M0 ${s / 2}H${s}` })),
    );
  }

  #tell() {
    if (!this.#details.open) return;
    const { shown, updates } = this.#now;
    const lines = shown.map(({ lane, name }) => `${name} (${LOOKS[lane.how]}): ${words(lane, updates)}`);
    if (this.#told.textContent === lines.join("")) return;
    this.#told.replaceChildren(...lines.map((line) => el("li", {}, line)));
  }
}

/**
 * @param {string} d
 * @param {string} style
 * @param {string} text
 */
function sample(d, style, text) {
  return el("li", {}, svg("svg", { viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true", focusable: "false" }, svg("path", { class: style, d, "vector-effect": "non-scaling-stroke" })), text);
}

/**
 * words is a lane as a sentence.
 * @param {Lane} lane
 * @param {number} updates
 */
export function words(lane, updates) {
  if (lane.requests === 0) return "nothing yet.";
  const delay = lane.median === undefined || lane.worst === undefined ? "" : ` They came ${time(lane.median)} late in the middle, and ${time(lane.worst)} at the worst.`;
  return `${number(lane.deliveries.length)} of ${number(updates)} updates in ${plural(lane.requests, "request")}${lane.empty > 0 ? `, of which ${number(lane.empty)} brought nothing` : ""}; ${bytes(lane.up)} up and ${bytes(lane.down)} down.${delay}`;
}

/** nameOf is a transport's name, with who else asked if it was not the page. */
export function nameOf(/** @type {How} */ how, driver = "page") {
  const name = TRANSPORTS.find((t) => t.how === how)?.name ?? how;
  return driver === "page" ? name : `${name}, from a ${driver}`;
}
