// The stranger's page of lesson 12: what a page of another origin can do with a reader's browser. A
// classic script: the page may have an origin that is equal to none, and modules ask for theirs.
(() => {
  const page = document.getElementById("stranger");
  const list = page?.querySelector(".tried");
  if (!page || !list) return;
  const { to = "", wire = "", word = "" } = page.dataset;
  const secure = location.protocol === "https:";
  const own = page.querySelector(".origin");
  if (own) own.textContent = origin;

  /**
   * @param {string} what
   * @param {string} came
   * @param {boolean} got whether it got through
   */
  const tell = (what, came, got) => {
    const line = document.createElement("li");
    const name = document.createElement("b");
    name.textContent = `${got ? "✓" : "✗"} ${what}: `;
    line.append(name, came);
    line.className = got ? "got" : "refused";
    list.append(line);
    while (list.childElementCount > 20) list.firstElementChild?.remove();
  };

  /**
   * @param {string} scheme
   * @param {Record<string, string>} more
   */
  const url = (scheme, more) => `${scheme}${secure ? "s" : ""}://${to}/lab/production/${word}?${new URLSearchParams({ wire, from: "stranger", ...more })}`;

  /**
   * @param {string} what
   * @param {Record<string, string>} more
   */
  const connect = (what, more) => {
    const socket = new WebSocket(url("ws", more));
    let told = false;
    socket.addEventListener("open", () => socket.send(`a stranger was here, from ${origin}`));
    socket.addEventListener("message", ({ data }) => {
      told = true;
      tell(what, `it is open, and I may read what comes: “${String(data).slice(0, 80)}”.`, true);
      socket.close(1000);
    });
    socket.addEventListener("close", ({ code }) => {
      if (!told) tell(what, `CloseEvent ${code}, and no word of why.`, false);
    });
  };

  /** @type {Record<string, () => void>} */
  const tries = {
    checked: () => connect("A WebSocket", {}),
    any: () => connect("A WebSocket that asks nobody’s origin", { origin: "any" }),
    fetch: () => {
      fetch(url("http", { pieces: "1", every: "0" })).then(
        async (response) => tell("A fetch", `the answer is ${response.status}, and I may read it: “${(await response.text()).slice(0, 80)}”.`, true),
        (error) => tell("A fetch", `${error.name}. If there was an answer, I may not read it.`, false),
      );
    },
  };
  page.addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element ? target.closest("[data-try]")?.getAttribute("data-try") : undefined;
    if (pressed) tries[pressed]?.();
  });
})();
