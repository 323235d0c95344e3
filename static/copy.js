// Copying text out of the page.

/**
 * copy puts a node's text on the clipboard, and returns what to tell the reader.
 * @param {Element} node
 */
export async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent ?? "");
    return "Copied.";
  } catch {
    // Over plain HTTP from another machine there is no clipboard: select it for the reader's own keys.
    getSelection()?.selectAllChildren(node);
    return "Selected: press Ctrl or ⌘ and C.";
  }
}
