// A compressed message: what crossed the wire, what it inflates to, and whether it was worth it.
import { el } from "./dom.js";
import { bytes, number } from "./format.js";
import { spaced, visible } from "./hex.js";

/** @import { Inflated, WireEvent } from "./event-types.js" */

/**
 * deflateView shows a compressed frame's two sizes as bars, and both contents.
 * @param {WireEvent} event
 */
export function deflateView({ frame }) {
  const inflated = frame?.inflated;
  const section = el("section", { class: "deflate", "aria-label": "Compression" });
  if (!inflated) {
    section.append(el("p", {}, "Compressed. It inflates only with the message's last frame, where its length and text stand."));
    return section;
  }
  section.append(el("p", {}, verdict(inflated)), bars(inflated));
  section.append(
    el(
      "dl",
      {},
      el("dt", {}, "compressed"),
      el("dd", {}, el("code", {}, `${spaced(frame?.unmasked ?? frame?.payload ?? "")}${frame?.truncated ? " …" : ""}`)),
      el("dt", {}, "inflated"),
      el("dd", {}, el("code", {}, `${inflated.text === undefined ? spaced(inflated.payload) : visible(inflated.text)}${inflated.truncated ? " …" : ""}`)),
    ),
  );
  return section;
}

/** @param {Inflated} inflated */
function verdict({ compressed, length, error }) {
  if (error) return error;
  if (length === 0) return `Nothing, compressed, takes ${bytes(compressed)}.`;
  const ratio = (compressed / length).toFixed(2);
  if (compressed > length) return `Compression made it larger: ${bytes(length)} became ${bytes(compressed)}, ${ratio} times as much.`;
  return `${bytes(length)} crossed the wire as ${bytes(compressed)}: ${ratio} of its size.`;
}

/** @param {Inflated} inflated */
function bars({ compressed, length }) {
  const most = Math.max(compressed, length, 1);
  return el("div", { class: "bars", "aria-hidden": "true" }, bar("on the wire", compressed, most, "wire"), bar("inflated", length, most, "plain"));
}

/**
 * @param {string} name
 * @param {number} n
 * @param {number} most
 * @param {string} kind
 */
function bar(name, n, most, kind) {
  const fill = el("i", { class: kind });
  fill.style.width = `${(n / most) * 100}%`;
  return el("div", { class: "bar-line" }, el("span", {}, name), el("span", { class: "track" }, fill), el("span", { class: "n" }, `${number(n)} B`));
}
