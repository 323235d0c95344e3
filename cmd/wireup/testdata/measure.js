// What a projector asks of text: its size and its contrasts as they are computed, and that nothing is cut off.

// Colours: WCAG 2's contrast, and the same with 40 % of white in both.
const linear = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const washed = (colour) => colour.map((c) => 0.6 * c + 0.4 * 255);
const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
const known = new Map();
const rgba = (text) => {
  if (!known.has(text)) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = text;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    known.set(text, [r, g, b, a / 255]);
  }
  return known.get(text);
};
const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
function ground(node) {
  const layers = [];
  for (let n = node; n; n = n.parentElement) {
    const colour = rgba(getComputedStyle(n).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reduceRight((under, colour) => over(colour, under), [255, 255, 255]);
}

const called = (n) => `${n.localName}.${String(n.className.baseVal ?? n.className).trim().replace(/\s+/g, ".")}`;

/**
 * measure looks at every node with text of its own inside root, and says what is wrong. Words must
 * be 28 pixels high, times size, and 24 in tables, drawings, and where they are bytes.
 */
globalThis.measure = function measure(root, size, least = 28) {
  const faults = new Set();
  for (const n of root.querySelectorAll("*")) {
    if (!n.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || n.closest(".visually-hidden, option, title, desc, noscript")) continue;
    const style = getComputedStyle(n);
    const drawn = n instanceof SVGElement;
    if (!drawn && !n.matches("input, wu-inspector")) { // the inspector's panes scroll
      // What ends in … says so, and stands in full where the row is opened.
      if (/hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis" && n.clientWidth > 1 && n.scrollWidth > n.clientWidth + 1) faults.add(`${called(n)} is cut off: ${n.scrollWidth} px in ${n.clientWidth}`);
      if (/hidden|clip/.test(style.overflowY) && n.clientHeight > 1 && n.scrollHeight > n.clientHeight + 3) faults.add(`${called(n)} is cut off: ${n.scrollHeight} px high in ${n.clientHeight}`);
    }
    const field = n.matches("input:not([type=checkbox], [type=radio], [type=range]), select, textarea");
    if (!field && ![...n.childNodes].some((c) => c.nodeType === Node.TEXT_NODE && c.data.trim() !== "")) continue;
    const bytes = /mono/i.test(style.fontFamily.split(",")[0]) || n.closest("svg, table, .picture, .mark") !== null;
    const height = Number.parseFloat(style.fontSize) * (drawn ? n.getScreenCTM().a : n.currentCSSZoom ?? 1);
    const want = size * (bytes ? Math.min(24, least) : least);
    if (height > 0 && height < want - 0.1) faults.add(`${called(n)} is ${height.toFixed(1)} px high; want ${want}`);
    if (n.matches(":disabled") || n.matches(".label")) continue; // a label of a bar stands on the bar
    const under = ground(drawn ? n.ownerSVGElement ?? n : n);
    const text = over(rgba(drawn ? style.fill : style.color), under);
    if (contrast(text, under) < 7) faults.add(`${called(n)} has a contrast of ${contrast(text, under).toFixed(2)}; want 7`);
    if (contrast(washed(text), washed(under)) < 4.5) faults.add(`${called(n)} has a contrast of ${contrast(washed(text), washed(under)).toFixed(2)} when it is washed out; want 4.5`);
  }
  return [...faults];
};
