// The bar between two panes: dragged, or moved by arrow keys, and where it was left is kept.
import { el } from "./dom.js";
import { keep, recall } from "./storage.js";

const LEAST = 15;
const MOST = 85;

/** Where the bar stands at first, in percent, and under which key its place is kept. */
const WAYS = {
  upright: { property: "--split-x", key: "wireup.split.x", first: 54, orientation: "vertical" },
  level: { property: "--split-y", key: "wireup.split.y", first: 38, orientation: "horizontal" },
};

/**
 * splitter makes a separator that sets --split-x or --split-y, in percent, on the element that holds
 * both panes.
 * @param {HTMLElement} holder
 * @param {() => boolean} upright whether the panes stand side by side now
 * @param {AbortSignal} signal
 */
export function splitter(holder, upright, signal) {
  const bar = el("div", { class: "splitter", role: "separator", tabindex: "0", "aria-label": "Share between rows and details", "aria-valuemin": LEAST, "aria-valuemax": MOST });
  const places = { upright: placeOf(WAYS.upright), level: placeOf(WAYS.level) };
  for (const way of /** @type {const} */ (["upright", "level"])) holder.style.setProperty(WAYS[way].property, `${places[way]}%`);
  const now = () => (upright() ? "upright" : "level");

  function show() {
    bar.setAttribute("aria-orientation", WAYS[now()].orientation);
    bar.setAttribute("aria-valuenow", String(places[now()]));
  }
  const sized = new ResizeObserver(show);
  sized.observe(holder);
  signal.addEventListener("abort", () => sized.disconnect());

  /** @param {number} percent */
  function move(percent) {
    const way = now();
    places[way] = Math.round(Math.max(LEAST, Math.min(MOST, percent)));
    holder.style.setProperty(WAYS[way].property, `${places[way]}%`);
    show();
  }
  const store = () => keep(WAYS[now()].key, String(places[now()]));

  bar.addEventListener("pointerdown", (e) => bar.setPointerCapture(e.pointerId), { signal });
  bar.addEventListener("pointerup", store, { signal });
  bar.addEventListener(
    "pointermove",
    (e) => {
      if (!bar.hasPointerCapture(e.pointerId)) return;
      const box = holder.getBoundingClientRect();
      move(upright() ? ((e.clientX - box.left) / box.width) * 100 : ((e.clientY - box.top) / box.height) * 100);
    },
    { signal },
  );
  bar.addEventListener(
    "keydown",
    (e) => {
      const at = places[now()];
      /** @type {Record<string, number>} */
      const moves = { ArrowUp: at - 4, ArrowLeft: at - 4, ArrowDown: at + 4, ArrowRight: at + 4, Home: LEAST, End: MOST };
      const to = moves[e.key];
      if (to === undefined) return;
      e.preventDefault();
      move(to);
      store();
    },
    { signal },
  );
  return bar;
}

/** @param {{ key: string, first: number }} way */
function placeOf({ key, first }) {
  const kept = Number(recall(key));
  return kept >= LEAST && kept <= MOST ? kept : first;
}
