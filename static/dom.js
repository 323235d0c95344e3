// Elements in one line each. Text goes in as text: nothing here, or anywhere else, reads markup.

/**
 * @typedef {string | number | boolean | undefined} Value
 * @typedef {Node | string | undefined | false} Child
 */

/**
 * el makes an element with attributes and children. An attribute that is undefined or false is left
 * out; one that is true stands without a value.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== undefined && child !== false) node.append(child);
  return node;
}

/**
 * button makes a button that does something.
 * @param {string} text
 * @param {(event: MouseEvent) => void} press
 * @param {Record<string, Value>} [attributes]
 */
export function button(text, press, attributes = {}) {
  const node = el("button", { type: "button", ...attributes }, text);
  node.addEventListener("click", press);
  return node;
}

/**
 * typing says whether a key press belongs to a field that the reader is typing in.
 * @param {Event} event
 */
export function typing(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["button", "checkbox", "radio", "range", "reset", "submit"].includes(target.type);
}

/**
 * plain says whether a key is pressed without Ctrl, Alt or Meta.
 * @param {KeyboardEvent} event
 */
export function plain(event) {
  return !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
}

/**
 * rove makes one of several nodes the tab stop.
 * @param {Iterable<HTMLElement>} nodes
 * @param {HTMLElement | undefined} stop
 */
export function rove(nodes, stop) {
  for (const node of nodes) node.tabIndex = node === stop ? 0 : -1;
}

let ids = 0;

/**
 * freshId is an id that nothing else on the page has.
 * @param {string} what
 */
export function freshId(what) {
  return `wu-${what}-${++ids}`;
}
