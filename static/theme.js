// Puts the kept theme on the page before it is first painted: a classic script, since modules wait.
(() => {
  try {
    const kept = localStorage.getItem("wireup.theme");
    if (["light", "dark", "projector", "auto"].includes(kept ?? "")) {
      document.documentElement.dataset.theme = kept ?? "auto";
    }
  } catch {
    // The browser stores nothing: the theme follows the system.
  }
})();
