// Elements that a page begins without: a module is loaded when something of its element is to be shown.

const WAITS = [500, 1000, 2000, 4000]; // milliseconds before another try, where a network loses one

/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/**
 * enliven loads what the elements in a part of a page need, and is done once all of them live. One whose
 * module does not come is left as it stands without a script.
 * @param {ParentNode} part
 */
export async function enliven(part) {
  await Promise.all(tagsIn(part).map((tag) => elementOf(tag).catch(() => {})));
}

/**
 * tagsIn names the elements in a part of a page that are not there yet.
 * @param {ParentNode} part
 */
function tagsIn(part) {
  const tags = new Set([...part.querySelectorAll(":not(:defined)")].map(({ localName }) => localName));
  return [...tags].filter((tag) => tag.startsWith("wu-") && customElements.get(tag) === undefined);
}

/**
 * elementOf loads one, once.
 * @param {string} tag
 */
function elementOf(tag) {
  let load = loading.get(tag);
  if (load === undefined) {
    load = define(tag);
    loading.set(tag, load);
    load.catch(() => loading.delete(tag));
  }
  return load;
}

/** @param {string} tag */
async function define(tag) {
  for (const made of Object.values(await module(tag))) {
    if (typeof made === "function" && made.prototype instanceof HTMLElement && customElements.get(tag) === undefined) made.define(tag);
  }
}

/**
 * module is tried again where a network loses it. The import map knows its place and its integrity.
 * @param {string} tag
 * @returns {Promise<Record<string, any>>}
 */
async function module(tag) {
  for (const wait of WAITS) {
    try {
      return await import(`./${tag}.js`);
    } catch {
      await new Promise((done) => setTimeout(done, wait));
    }
  }
  return import(`./${tag}.js`);
}
