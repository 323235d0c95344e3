// Two ways to ask from a page. Their source is shown as it stands here: what is read is what runs.

/**
 * @param {string} url
 * @param {boolean} conditional
 * @param {AbortSignal} signal
 */
export async function pollWithFetch(url, conditional, signal) {
  // no-store asks anew; no-cache asks whether what the browser keeps still holds.
  const cache = conditional ? "no-cache" : "no-store";
  const response = await fetch(url, { cache, signal });
  return response.json();
}

/**
 * @param {string} url
 * @param {boolean} conditional
 * @param {AbortSignal} signal
 */
export function pollWithXHR(url, conditional, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "json";
    if (!conditional) request.setRequestHeader("Cache-Control", "no-cache");
    request.onload = () => resolve(request.response);
    request.onerror = () => reject(new TypeError("no answer"));
    signal.addEventListener("abort", () => request.abort());
    request.send();
  });
}
