// Every slide of every lesson on one page, looked at by measure.js. Evaluated in a page of slides; its value is how
// many slides there are.

const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

/** measureSlides looks at each slide with all of its steps shown. */
globalThis.measureSlides = async (size) => {
  const { deck } = globalThis;
  document.documentElement.style.setProperty("--deck-size", size);
  const view = deck.querySelector(".deck-view");
  const faults = [];
  for (const { id, slides } of deck.outline) {
    for (const [i, { steps, lab }] of slides.entries()) {
      deck.show({ lesson: id, slide: i + 1, step: steps });
      while (deck.slide.querySelector(":not(:defined)")) await frame(); // its lab's module is on its way
      await frame();
      const found = measure(deck.slide, size);
      if (view.scrollWidth > view.clientWidth) found.push(`it is ${view.scrollWidth} px wide in ${view.clientWidth}`);
      // A lab may go on below the edge, and + may push anything there: it scrolls. Else a slide is too full.
      if (!/auto|scroll/.test(getComputedStyle(view).overflowY)) found.push("it doesn't scroll");
      if (size === 1 && lab === undefined && view.scrollHeight > view.clientHeight) found.push(`it is too full: ${view.scrollHeight} px in ${view.clientHeight}`);
      faults.push(...found.map((text) => `${id}/${i + 1}: ${text}`));
    }
  }
  return faults;
};

/** measurePanel looks at the inspector over a slide, with a frame of the echo's opened. */
globalThis.measurePanel = async () => {
  const { deck } = globalThis;
  document.documentElement.style.setProperty("--deck-size", 1);
  deck.show({ lesson: "frames", slide: 2 });
  const until = async (f) => {
    while (!f()) await frame();
    return f();
  };
  const panel = document.querySelector(".deck-panel");
  await until(() => deck.slide.querySelector("wu-echo-lab").dataset.state === "open");
  deck.slide.querySelector("wu-echo-lab .send button").click();
  panel.hidden = false;
  const rows = () => [...panel.querySelectorAll(".space [role=row]:not([hidden])")].filter((r) => r.textContent.includes("Spang"));
  (await until(() => rows()[0])).click();
  await until(() => panel.querySelector(".bit"));
  await frame();
  return measure(panel, 1, 24);
};

(async () => {
  const holder = document.getElementById("slides");
  const ids = [...(await load("/")).querySelectorAll(".path li[data-lesson]")].map((li) => li.dataset.lesson);
  const parts = await Promise.all(ids.map(async (id) => (await load(`/lessons/${id}/slides`)).querySelector("[data-part]")));
  holder.replaceChildren(...parts.map((part) => document.importNode(part, true)));
  const deck = document.createElement("wu-deck");
  for (const [name, value] of [["slides", "slides"], ["stage", ""], ["panel", "deck-panel"]]) deck.setAttribute(name, value);
  const old = document.querySelector("wu-deck");
  old.before(old.querySelector(".deck-panel"));
  old.replaceWith(deck);
  globalThis.deck = deck;
  return deck.outline.flatMap((part) => part.slides).length;

  /** Trusted Types take no markup as text, but a request may answer with a document. */
  function load(url) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      request.responseType = "document";
      request.onload = () => done(request.response);
      request.onerror = fail;
      request.open("GET", url);
      request.send();
    });
  }
})();
