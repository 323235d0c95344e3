// What the page keeps between visits. A browser that stores nothing costs memory, never a fault.

/** The page's own storage, or undefined where the browser blocks it. */
function local() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

/** What lasts as long as this window does, or undefined where the browser blocks it. */
export function windowStore() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/**
 * recall returns what was kept under key, or null.
 * @param {string} key
 * @param {Pick<Storage, "getItem"> | undefined} [store]
 * @returns {string | null}
 */
export function recall(key, store = local()) {
  try {
    return store?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/**
 * keep stores value under key, and says whether the browser took it.
 * @param {string} key
 * @param {string} value
 * @param {Pick<Storage, "setItem"> | undefined} [store]
 */
export function keep(key, value, store = local()) {
  try {
    store?.setItem(key, value);
    return store !== undefined;
  } catch {
    return false;
  }
}

/**
 * keeps says whether the browser stores anything for this page.
 * @param {Pick<Storage, "setItem" | "getItem" | "removeItem"> | undefined} [store]
 */
export function keeps(store = local()) {
  const probe = "wireup.probe";
  if (!keep(probe, "1", store) || recall(probe, store) !== "1") return false;
  store?.removeItem(probe);
  return true;
}
