// Which lessons the reader has opened, and which was the last.
import { keep, recall } from "./storage.js";

const LAST = "wireup.last";
const VISITED = "wireup.visited";

/**
 * @param {Pick<Storage, "getItem">} [store]
 * @returns {string[]}
 */
export function visited(store) {
  try {
    const list = JSON.parse(recall(VISITED, store) ?? "[]");
    return Array.isArray(list) ? list.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** @param {Pick<Storage, "getItem">} [store] */
export function last(store) {
  return recall(LAST, store);
}

/**
 * visit notes that a lesson was opened.
 * @param {string} id
 * @param {Pick<Storage, "getItem" | "setItem">} [store]
 */
export function visit(id, store) {
  keep(LAST, id, store);
  const list = visited(store);
  if (!list.includes(id)) keep(VISITED, JSON.stringify([...list, id]), store);
}
