// Arrow keys among several nodes of which one is the tab stop.

/**
 * rove makes one of several nodes the tab stop.
 * @param {Iterable<HTMLElement>} nodes
 * @param {HTMLElement | undefined} stop
 */
export function rove(nodes, stop) {
  for (const node of nodes) node.tabIndex = node === stop ? 0 : -1;
}

/**
 * How the keys go: across is by how many Left and Right move, down by how many Up and Down; 0 leaves
 * them alone. went is told where they went.
 * @typedef {{ across?: number, down?: number | (() => number), wrap?: boolean, went?: (index: number) => void }} Ways
 */

/**
 * arrows lets the arrow keys, Home and End go through nodes inside root.
 * @param {HTMLElement} root
 * @param {() => HTMLElement[]} nodes
 * @param {AbortSignal} signal
 * @param {Ways} [ways]
 */
export function arrows(root, nodes, signal, { across = 1, down = 1, wrap = false, went } = {}) {
  root.addEventListener(
    "keydown",
    (event) => {
      const list = nodes();
      const at = list.findIndex((node) => node === event.target);
      if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
      const to = target(event.key, at, list.length, across, typeof down === "function" ? down() : down, wrap);
      if (to === undefined) return;
      event.preventDefault();
      const next = list[to];
      rove(list, next);
      next?.focus();
      went?.(to);
    },
    { signal },
  );
}

/**
 * target is the index that a key leads to, or undefined if it leads nowhere.
 * @param {string} key
 * @param {number} at
 * @param {number} length
 * @param {number} across
 * @param {number} down
 * @param {boolean} wrap
 */
export function target(key, at, length, across, down, wrap) {
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  /** @type {Record<string, number>} */
  const steps = { ArrowRight: across, ArrowLeft: -across, ArrowDown: down, ArrowUp: -down };
  const step = steps[key];
  if (!step) return undefined;
  return wrap ? (at + step + length) % length : Math.max(0, Math.min(length - 1, at + step));
}
