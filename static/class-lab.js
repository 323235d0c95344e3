// What somebody sets in a slide's lab, as values by the number of its form control, told to others and
// followed by them; and its buttons, which others press along.
import { enliven } from "./elements.js";

const MOST = 32; // controls
const LONGEST = 500; // characters of a value
const MOST_WORDS = 60; // characters on a button
const SOON = 200; // milliseconds after the last change it is told

/** @import { LabState } from "./class-types.js" */

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * controlsIn are the form controls of a slide's labs, in the order of the page.
 * @param {ParentNode} slide
 * @returns {Control[]}
 */
export function controlsIn(slide) {
  /** @type {NodeListOf<Control>} */
  const found = slide.querySelectorAll(".lab :is(input:not([type=hidden], [type=file], [type=submit], [type=button]), select, textarea)");
  return [...found].slice(0, MOST);
}

/** @param {Control} control */
function valueOf(control) {
  const ticked = control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type);
  return ticked ? (control.checked ? "on" : "") : control.value.slice(0, LONGEST);
}

/**
 * follow sets controls to values, and has the lab hear of those that change.
 * @param {ParentNode} slide
 * @param {Record<string, string>} values
 */
export function follow(slide, values) {
  const controls = controlsIn(slide);
  for (const [index, value] of Object.entries(values)) {
    const control = controls[Number(index)];
    if (control === undefined || valueOf(control) === value) continue;
    if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) control.checked = value === "on";
    else control.value = value;
    for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

/** @param {Element} node */
function wordsOn(node) {
  return (node.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, MOST_WORDS);
}

/** @param {ParentNode} slide @returns {HTMLButtonElement[]} */
function buttonsIn(slide) {
  return [...slide.querySelectorAll(".lab button")].filter((b) => b instanceof HTMLButtonElement);
}

/**
 * mainButton is what stands on the button that a slide's lab is run by, once the lab lives; undefined
 * if it can't be now.
 * @param {ParentNode} slide
 */
export async function mainButton(slide) {
  await enliven(slide);
  const found = buttonsIn(slide).find((b) => b.matches(".primary:not(.prediction *)") && !b.disabled && b.closest("[hidden]") === null);
  return found && wordsOn(found);
}

/**
 * press presses the button of a slide's lab on which something stands, once the lab lives, if there is
 * one and it can be. So a lab that runs already is left alone: there, something else stands on it.
 * @param {ParentNode} slide
 * @param {string} words
 */
export async function press(slide, words) {
  await enliven(slide);
  buttonsIn(slide).find((b) => !b.disabled && wordsOn(b) === words)?.click();
}

/** Along tells what everybody is to press, once for each time that it is asked. What was asked before is over. */
export class Along {
  /** @type {{ slide: string, presses: number } | undefined} */
  #seen;

  /**
   * @param {LabState | null} lab
   * @returns {string | undefined} what stands on the button
   */
  take(lab) {
    const { slide = "", presses = 0, values } = lab ?? {};
    const before = this.#seen;
    this.#seen = { slide, presses };
    if (before === undefined || presses <= (before.slide === slide ? before.presses : 0)) return undefined;
    return values?.["press"];
  }
}

/**
 * watch tells what somebody has set in the labs of the slide that a deck shows, and all of it each
 * time; and what stands on a button there that they have pressed, after what they had set. What a
 * script does is none of theirs.
 * @param {HTMLElement & { slide: HTMLElement | undefined }} deck
 * @param {(values: Record<string, string>) => void} tell
 * @param {(words: string) => void} pressed
 * @param {AbortSignal} signal
 */
export function watch(deck, tell, pressed, signal) {
  /** @type {Set<Control>} */
  const touched = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let due;
  /** @param {Event} event */
  const changed = (event) => {
    const control = /** @type {Control} */ (event.target);
    const { slide } = deck;
    if (!event.isTrusted || slide === undefined || !controlsIn(slide).includes(control)) return;
    touched.add(control);
    clearTimeout(due);
    due = setTimeout(() => flush(slide), SOON);
  };
  /** @param {HTMLElement} slide */
  const flush = (slide) => {
    clearTimeout(due);
    due = undefined;
    if (deck.slide !== slide) return;
    const values = controlsIn(slide).flatMap((c, i) => (touched.has(c) ? [[String(i), valueOf(c)]] : []));
    tell(Object.fromEntries(values));
  };
  /** @param {Event} event */
  const clicked = (event) => {
    const { slide } = deck;
    const node = event.target instanceof Element ? event.target.closest("button") : null;
    if (!event.isTrusted || slide === undefined || node === null || !buttonsIn(slide).includes(node)) return;
    if (due !== undefined) flush(slide);
    pressed(wordsOn(node));
  };
  deck.addEventListener("click", clicked, { signal, capture: true }); // before the lab writes something else on it
  deck.addEventListener("input", changed, { signal });
  deck.addEventListener("change", changed, { signal });
  signal.addEventListener("abort", () => clearTimeout(due));
}
