// What every page loads: registers the elements that the page needs, and notes which lesson is open.
import { followMeasures } from "./measures-follow.js";
import { offerResume } from "./resume.js";
import { visit } from "./visits.js";

// The server has listed them: each is the module of its name. All are there before the first begins.
const tags = document.querySelector('meta[name="wireup-elements"]')?.getAttribute("content")?.split(" ") ?? [];
/** @type {Record<string, unknown>[]} */
const modules = await Promise.all(tags.map((tag) => import(`./${tag}.js`)));
for (const module of modules) {
  for (const element of Object.values(module)) if (isElement(element)) element.define();
}

const lesson = document.querySelector("main[data-lesson]");
if (lesson instanceof HTMLElement && lesson.dataset["lesson"]) visit(lesson.dataset["lesson"]);
if (document.querySelector("wu-inspector, wu-measured")) followMeasures();
offerResume();

/**
 * isElement tells an element's class from what else its module gives away.
 * @param {unknown} made
 * @returns {made is { define(): void }}
 */
function isElement(made) {
  return typeof made === "function" && made.prototype instanceof HTMLElement && Object.hasOwn(made, "define");
}
