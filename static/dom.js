// Elements in one line each. Text goes in as text: nothing here, or anywhere else, reads markup.

/**
 * @typedef {string | number | boolean | undefined} Value
 * @typedef {Node | string | undefined | false} Child
 */

/**
 * @template {string} K
 * @typedef {K extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[K] : HTMLElement} Made
 */

/**
 * el makes an element with attributes and children. An attribute that is undefined or false is left
 * out; one that is true stands without a value.
 * @template {string} K
 * @param {K} tag
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {Made<K>}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== undefined && child !== false) node.append(child);
  return /** @type {Made<K>} */ (node);
}

/**
 * svg makes an element of a drawing, as el does of a page.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
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
 * write sets an element's text, and costs nothing if it has it already.
 * @param {Element | undefined} node
 * @param {string} text
 */
export function write(node, text) {
  if (node === undefined) return;
  const { firstChild } = node;
  if (firstChild === null ? text === "" : firstChild instanceof Text && firstChild.data === text) return;
  if (firstChild instanceof Text && text !== "") firstChild.data = text;
  else node.textContent = text;
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
 * unit is a rem in pixels as drawings count it: on a slide, where all text is larger, so is a drawing
 * with text in it.
 * @param {Element} node
 */
export function unit(node) {
  const scale = Number.parseFloat(getComputedStyle(node).getPropertyValue("--text-scale")) || 1;
  return scale * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

let ids = 0;

/**
 * freshId is an id that nothing else on the page has.
 * @param {string} what
 */
export function freshId(what) {
  return `wu-${what}-${++ids}`;
}
