// What somebody sets in a slide's lab, as values by the number of its form control, told to others and
// followed by them.

const MOST = 32; // controls
const LONGEST = 500; // characters of a value
const SOON = 200; // milliseconds after the last change it is told

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

/**
 * watch tells what somebody has set in the labs of the slide that a deck shows, and all of it each
 * time. Changes that a script makes are none of theirs.
 * @param {HTMLElement & { slide: HTMLElement | undefined }} deck
 * @param {(values: Record<string, string>) => void} tell
 * @param {AbortSignal} signal
 */
export function watch(deck, tell, signal) {
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
    due = setTimeout(() => {
      if (deck.slide !== slide) return;
      const values = controlsIn(slide).flatMap((c, i) => (touched.has(c) ? [[String(i), valueOf(c)]] : []));
      tell(Object.fromEntries(values));
    }, SOON);
  };
  deck.addEventListener("input", changed, { signal });
  deck.addEventListener("change", changed, { signal });
  signal.addEventListener("abort", () => clearTimeout(due));
}
