// Commands to a lab's server. These requests are muted: they are on no wire.
import { wireId } from "./wire-id.js";

/**
 * command tells the server of a lab what to do.
 * @param {string} lab
 * @param {string} what
 * @param {Record<string, string | number>} query
 * @param {(text: string) => void} say is told why there is no answer
 * @returns {Promise<any>} the answer; undefined if there is none, which has been said
 */
export async function command(lab, what, query, say) {
  const values = new URLSearchParams({ wire: wireId() });
  for (const [name, value] of Object.entries(query)) values.set(name, String(value));
  try {
    const response = await fetch(`/lab/${lab}/control/${what}?${values}`, { method: "POST" });
    const answer = response.status === 204 ? {} : await response.json();
    if (response.ok) return answer;
    say(answer.error);
  } catch {
    say("The server does not answer. Is it running?");
  }
  return undefined;
}
