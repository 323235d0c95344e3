// Parts of a lesson's article on a class's page: an exercise with its lab. The browser's own parser reads
// it, since no text may become markup here.

/** @type {Map<string, Promise<Document>>} */
const articles = new Map();

/**
 * articleOf loads a lesson's article, once.
 * @param {string} lesson
 */
export function articleOf(lesson) {
  const known = articles.get(lesson);
  if (known !== undefined) return known;
  const loading = page(`/lessons/${encodeURIComponent(lesson)}`);
  articles.set(lesson, loading);
  loading.catch(() => articles.delete(lesson));
  return loading;
}

/**
 * page loads a page as a document that runs nothing.
 * @param {string} url
 * @param {string} [token] for what is not for everybody
 * @returns {Promise<Document>}
 */
export function page(url, token) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    if (token !== undefined) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.onload = () => {
      if (request.status === 200 && request.responseXML) done(request.responseXML);
      else fail(new Error(request.responseXML?.querySelector(".lede")?.textContent ?? `The server answered ${request.status}.`));
    };
    request.onerror = () => fail(new Error("The server does not answer."));
    request.send();
  });
}

/**
 * exerciseIn takes an exercise out of an article: its card, the lab where it is done unless it is done in
 * none, and the texts of its hints.
 * @param {Document} article
 * @param {string} id
 */
export function exerciseIn(article, id) {
  const card = article.getElementById(`exercise-${id}`);
  if (card === null) return undefined;
  const lab = labOf(article, card);
  return {
    title: card.dataset["title"] ?? id,
    card: document.importNode(card, true),
    lab: lab && document.importNode(lab, true),
    hints: [.../** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("details.hint > div"))].map((hint) => document.importNode(hint, true)),
  };
}

/**
 * labOf is where an exercise is done: what it names, or the nearest lab before it.
 * @param {Document} article
 * @param {HTMLElement} card
 */
function labOf(article, card) {
  const named = card.dataset["lab"];
  if (named !== undefined) return card.querySelector(named) ? undefined : (article.querySelector(named) ?? undefined);
  const ways = card.dataset["ways"]?.split(" ") ?? ["page"];
  if (!ways.includes("page")) return ways.includes("forge") ? (article.querySelector("article wu-forge:not(wu-exercise *)") ?? undefined) : undefined;
  const labs = [...article.querySelectorAll("article .lab:not(wu-terminal, wu-predict, wu-forge, wu-exercise *)")];
  return labs.findLast((l) => (l.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0) ?? labs[0];
}
