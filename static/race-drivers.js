// The four ways in which a page takes part in a race, each as short as it can be written. None of
// them counts anything: that is the wire's part.
import { socketUrl } from "./line.js";

/** @import { How } from "./race-sums.js" */

/**
 * @typedef {{ url: (how: How, since: number) => string, updates: number, every: () => number, signal: AbortSignal, say: (text: string) => void }} Run
 *   url is where one transport asks; every is the pause between two polls, in ms.
 */

/**
 * drive starts all four. They end when all updates have come, or with the signal.
 * @param {Run} run
 */
export function drive(run) {
  void ask("poll", run);
  void ask("comet", run);
  stream(run);
  socket(run);
}

/**
 * ask asks again and again: by polling with a pause in between, by long polling at once.
 * @param {"poll" | "comet"} how
 * @param {Run} run
 */
async function ask(how, { url, updates, every, signal, say }) {
  for (let since = 0; since < updates && !signal.aborted; ) {
    const began = performance.now();
    try {
      const response = await fetch(url(how, since), { cache: "no-store", signal });
      const text = await response.text();
      if (response.status === 200) since += text.split("\n").length;
      else if (response.status !== 204) throw new Error(JSON.parse(text).error);
    } catch (error) {
      if (!signal.aborted) say(error instanceof TypeError ? "The server does not answer. Is it running?" : String(error instanceof Error ? error.message : error));
      return;
    }
    if (how === "poll" && since < updates) await pause(every() - (performance.now() - began), signal);
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 */
async function pause(ms, signal) {
  if (ms <= 0) return;
  await new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done(undefined);
    }, { once: true });
  });
}

/** @param {Run} run */
function stream({ url, updates, signal }) {
  const source = new EventSource(url("stream", 0));
  signal.addEventListener("abort", () => source.close(), { once: true });
  source.addEventListener("message", (e) => {
    if (Number(e.lastEventId) >= updates) source.close(); // or it would ask again
  }, { signal });
}

/** @param {Run} run */
function socket({ url, signal, say }) {
  const ws = new WebSocket(socketUrl(url("socket", 0)));
  signal.addEventListener("abort", () => ws.close(), { once: true });
  ws.addEventListener("close", (e) => {
    if (!signal.aborted && e.code !== 1000) say(`The race’s socket has ended with ${e.code}${e.reason ? `: ${e.reason}` : ""}. Start another race.`);
  }, { signal });
}
