// A timeline drawn by hand in SVG: lanes, bars and marks that read in black and white, a live edge
// that grows, and the same in words below.
import { button, el, freshId, svg, unit } from "./dom.js";
import { plural } from "./format.js";
import { grows, inSight, KINDS, lineOf, scale, ticks } from "./timeline-scale.js";

/** @import { Bar, BarKind, Lane, Times } from "./timeline-scale.js" */

const DRAWN = 400; // bars of a lane that are drawn
const TOLD = 100; // bars of a lane that are told in words
const OFTEN = 50; // milliseconds at least between two drawings
const GROWS = 100; // milliseconds between two steps of the live edge
const CALM = 1000; // the same for a reader who wants little motion
const KIND = /** @type {BarKind[]} */ (Object.keys(KINDS));

/**
 * Timeline shows what happened when. A press on a bar that stands for an event selects it in the
 * panel: wire-select {detail: {seq}}, bubbling from root.
 */
export class Timeline {
  root = el("figure", { class: "timeline" });
  #label;
  #words;
  #pattern = { wait: freshId("wait"), stream: freshId("stream"), lost: freshId("lost") };
  #picture;
  #hold = el("div", { class: "picture" });
  #legend = el("ul", { class: "legend", "aria-label": "What the shapes mean" });
  #details;
  #told = el("div", { class: "told" });
  /** @type {Times} */
  #times = { from: 0, to: 1, lanes: [] };
  #shown = 0; // when show was called, by the page's clock
  #live = false;
  #drawn = 0;
  #frame = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {{ label: string, lanes?: string[], words?: Partial<Record<BarKind, string>>, signal?: AbortSignal }} what
   *   label names the drawing; lanes stand from the start; words say what a kind of bar means here.
   */
  constructor({ label, lanes = [], words = {}, signal }) {
    this.#label = label;
    this.#words = words;
    this.#times.lanes = lanes.map((name) => ({ name, bars: [] }));
    this.#picture = svg("svg", { role: "img", "aria-label": label, focusable: "false" });
    this.#hold.append(this.#picture);
    this.#details = el("details", {}, el("summary", {}, "The same in words"), this.#told);
    this.root.append(this.#hold, this.#legend, this.#details);
    this.#picture.addEventListener("click", (e) => this.#press(e.target));
    this.#details.addEventListener("toggle", () => this.#tell());
    const sized = new ResizeObserver(() => this.#soon());
    sized.observe(this.#hold);
    signal?.addEventListener("abort", () => {
      sized.disconnect();
      this.stop();
    });
  }

  /**
   * show draws these times. With live, the edge grows by the page's own clock until the next show.
   * @param {Times} times
   * @param {{ live?: boolean }} [how]
   */
  show(times, { live = times.lanes.some((lane) => lane.bars.some(grows)) } = {}) {
    this.#times = times;
    this.#shown = performance.now();
    this.#live = live;
    this.#soon();
  }

  /** stop holds the live edge where it is. */
  stop() {
    this.#live = false;
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #soon() {
    if (this.#frame !== 0) return;
    const draw = (/** @type {number} */ at) => {
      if (at - this.#drawn < OFTEN) this.#frame = requestAnimationFrame(draw);
      else {
        this.#frame = 0;
        this.#drawn = at;
        this.#draw();
      }
    };
    this.#frame = requestAnimationFrame(draw);
  }

  /** The times with the live edge where it is by now. */
  #now() {
    const { to, now = to, ...rest } = this.#times;
    const edge = this.#live ? now + performance.now() - this.#shown : now;
    return { ...rest, zero: this.#times.zero ?? rest.from, to: Math.max(to, edge), now: edge };
  }

  #draw() {
    clearTimeout(this.#timer);
    if (!this.root.isConnected) return;
    const rem = unit(this.root);
    const width = this.#hold.clientWidth;
    if (width > 0) this.#paint(width, rem);
    this.#explain();
    this.#tell();
    if (!this.#live) return;
    this.#timer = setTimeout(() => this.#soon(), matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM : GROWS);
  }

  /**
   * @param {number} width
   * @param {number} rem
   */
  #paint(width, rem) {
    const times = this.#now();
    const beside = width >= 34 * rem; // names beside their lanes, or above them
    const left = beside ? 9 * rem : 0.2 * rem;
    const right = 0.6 * rem;
    const name = beside ? 0 : 1.35 * rem;
    const high = 1.25 * rem;
    const step = high + name + 0.75 * rem;
    const x = scale(times, left, width - left - right);
    const bottom = times.lanes.length * step + 0.3 * rem;
    const height = bottom + 1.5 * rem;
    const marks = ticks(times.from, times.to, Math.max(2, Math.floor((width - left) / (5.5 * rem))), times.zero);
    const nodes = [this.#patterns(rem)];
    for (const { at } of marks) nodes.push(svg("line", { class: "tick", x1: x(at), x2: x(at), y1: 0, y2: bottom }));
    times.lanes.forEach((lane, i) => {
      const top = i * step + name + 0.2 * rem;
      nodes.push(svg("line", { class: "track", x1: left, x2: width - right, y1: top + high / 2, y2: top + high / 2 }));
      nodes.push(svg("text", { class: "name", x: beside ? left - 0.8 * rem : left, y: beside ? top + high * 0.68 : top - 0.38 * rem, "text-anchor": beside ? "end" : "start" }, lane.name));
      for (const bar of inSight(lane.bars, times, DRAWN)) nodes.push(this.#bar(bar, times, x, top, high, rem));
    });
    if (this.#live) nodes.push(svg("line", { class: "now", x1: x(times.now), x2: x(times.now), y1: 0, y2: bottom }));
    for (const { at, label } of marks) {
      const edge = x(at) > width - 3 * rem ? "end" : x(at) < left + rem ? "start" : "middle";
      nodes.push(svg("text", { class: "time", x: edge === "end" ? Math.min(x(at) + rem, width) : x(at), y: bottom + 1.15 * rem, "text-anchor": edge }, label));
    }
    this.#picture.setAttribute("width", String(width));
    this.#picture.setAttribute("height", String(height));
    this.#picture.setAttribute("aria-label", `${this.#label}: ${counts(times.lanes)}. The same stands in words below.`);
    this.#picture.replaceChildren(...nodes);
  }

  /** @param {number} rem */
  #patterns(rem) {
    const s = 0.45 * rem;
    const pattern = (/** @type {string} */ id, /** @type {number} */ turn, /** @type {string} */ d, /** @type {BarKind} */ kind) =>
      svg("pattern", { id, width: s, height: s, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` }, svg("path", { d, class: `stroke ${kind}`, "stroke-width": s * 0.3 }));
    return svg(
      "defs",
      {},
      pattern(this.#pattern.wait, 45, `M${s / 2} 0V${s}`, "wait"),
      pattern(this.#pattern.stream, 0, `M0 ${s / 2}H${s}`, "stream"),
      pattern(this.#pattern.lost, 45, `M${s / 2} 0V${s}M0 ${s / 2}H${s}`, "lost"),
    );
  }

  /**
   * @param {Bar} bar
   * @param {Times & { now: number }} times
   * @param {(t: number) => number} x
   * @param {number} top
   * @param {number} high
   * @param {number} rem
   */
  #bar(bar, times, x, top, high, rem) {
    const start = x(bar.from);
    const going = grows(bar);
    const wide = x(bar.to ?? (going ? times.now : bar.from)) - start;
    const group = svg("g", { class: `bar ${bar.kind}${going ? " grows" : ""}${bar.seq === undefined ? "" : " leads"}`, "data-seq": bar.seq }, svg("title", {}, lineOf(bar, times, this.#words)));
    if (wide < 0.8 * rem) {
      // What takes no time that could be seen is a mark; a bar this narrow would have no shape.
      group.append(svg("rect", { class: "reach", x: start - 0.5 * rem, y: top, width: rem, height: high }));
      if (wide >= 1.5) group.append(svg("line", { class: `stroke ${bar.kind}`, x1: start, x2: start + wide, y1: top + high - 1, y2: top + high - 1, "stroke-width": 2 }));
      const low = bar.kind === "ask"; // under what answers it at once
      group.append(mark(bar.kind, start, top + (low ? high : high / 2), (low ? 0.26 : 0.36) * rem));
      return group;
    }
    const fill = this.#fill(bar.kind);
    group.append(svg("rect", { class: "ground", x: start, y: top, width: wide, height: high }));
    group.append(svg("rect", { class: `shape ${bar.kind}`, x: start, y: top, width: wide, height: high, ...(fill ? { fill } : {}) }));
    if (going) group.append(svg("path", { class: `tip ${bar.kind}`, d: `M${start + wide} ${top}l${0.4 * rem} ${high / 2}l${-0.4 * rem} ${high / 2}z` }));
    if (bar.kind === "error") group.append(mark("error", start + wide, top + high / 2, 0.36 * rem));
    if (bar.label && wide > (bar.label.length * 0.56 + 1) * 0.8 * rem) {
      group.append(svg("text", { class: `label ${bar.kind}`, x: start + 0.4 * rem, y: top + high * 0.69 }, bar.label));
    }
    return group;
  }

  /** @param {BarKind} kind */
  #fill(kind) {
    return kind === "wait" || kind === "stream" || kind === "lost" ? `url(#${this.#pattern[kind]})` : undefined;
  }

  /** explain names the kinds of bars that are there. */
  #explain() {
    const used = new Set(this.#times.lanes.flatMap((lane) => lane.bars.map((bar) => bar.kind)));
    const key = KIND.filter((kind) => used.has(kind)).join(" ");
    if (this.#legend.dataset["key"] === key) return;
    this.#legend.dataset["key"] = key;
    this.#legend.replaceChildren(
      ...KIND.filter((kind) => used.has(kind)).map((kind) =>
        el("li", {}, svg("svg", { viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true", focusable: "false" }, mark(kind, 0, 0, 1)), this.#words[kind] ?? KINDS[kind].word),
      ),
    );
  }

  /** tell writes the bars in words, if they are to be read and nobody stands among them. */
  #tell() {
    if (!this.#details.open || this.#told.contains(document.activeElement)) return;
    const times = this.#now();
    const lanes = times.lanes.map((lane) => this.#lane(lane, times));
    if (this.#told.textContent === lanes.map((lane) => lane.textContent).join("")) return;
    this.#told.replaceChildren(...lanes);
  }

  /**
   * @param {Lane} lane
   * @param {Times} times
   */
  #lane(lane, times) {
    const bars = lane.bars.slice(-TOLD);
    const list = el("ol", { start: lane.bars.length - bars.length + 1 });
    for (const bar of bars) {
      const { seq } = bar;
      list.append(el("li", {}, lineOf(bar, times, this.#words), " ", seq !== undefined && button(`row ${seq}`, () => this.#select(seq), { class: "link" })));
    }
    const before = lane.bars.length - bars.length;
    return el("div", {}, el("p", { class: "lane-name" }, `${lane.name}: ${bars.length === 0 ? "nothing yet" : plural(lane.bars.length, "entry", "entries")}${before > 0 ? `, of which the last ${bars.length}` : ""}`), list);
  }

  /** @param {EventTarget | null} target */
  #press(target) {
    const seq = target instanceof Element ? target.closest("g.leads")?.getAttribute("data-seq") : undefined;
    if (seq) this.#select(Number(seq));
  }

  /** @param {number} seq */
  #select(seq) {
    this.root.dispatchEvent(new CustomEvent("wire-select", { bubbles: true, detail: { seq } }));
  }
}

/**
 * mark draws the mark of a kind.
 * @param {BarKind} kind
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
function mark(kind, x, y, size) {
  const { mark: d, hollow, line } = KINDS[kind];
  const style = line ? "stroke" : hollow ? "hollow" : "solid";
  return svg("path", { class: `${style} ${kind}`, d, transform: `translate(${x} ${y}) scale(${size})`, "vector-effect": "non-scaling-stroke" });
}

/** @param {Lane[]} lanes */
function counts(lanes) {
  if (lanes.length === 0) return "nothing yet";
  return lanes.map((lane) => `${lane.name}, ${plural(lane.bars.length, "entry", "entries")}`).join("; ");
}
