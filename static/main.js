// What every page begins with: registers its elements, and notes which lesson is open.
import { followMeasures } from "./measures-follow.js";
import { offerResume } from "./resume.js";
import { visit } from "./visits.js";

/**
 * begin is called once, by the module that the server makes for a page out of the elements in it.
 * @param {{ define(): void }[]} elements
 */
export function begin(elements) {
  for (const element of elements) element.define();
  const lesson = document.querySelector("main[data-lesson]");
  if (lesson instanceof HTMLElement && lesson.dataset["lesson"]) visit(lesson.dataset["lesson"]);
  if (document.querySelector("wu-inspector, wu-measured, wu-class-room")) followMeasures();
  offerResume();
}
