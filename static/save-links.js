// Links to the server's log of the reader's wire as files.
import { el } from "./dom.js";
import { wireId } from "./wire-id.js";

/** @type {[string, string][]} the ending, and who opens it */
const FILES = [
  ["pcapng", "For Wireshark and tshark. The headers of Ethernet, IP and TCP are made up, and the file says so."],
  ["har", "For the Network panel of DevTools. A HAR holds messages, not frames."],
  ["json", "Every event of the log, with its bytes in hex."],
];

/** saveLinks makes them. */
export function saveLinks() {
  const links = FILES.map(([ending, tip]) => el("a", { class: "btn small", href: `/wire/${wireId()}/log.${ending}`, download: `wireup-${wireId()}.${ending}`, "data-tip": tip, "aria-label": `Save the log as .${ending}` }, `.${ending}`));
  return el("span", { class: "save", role: "group", "aria-label": "Save the log" }, el("span", { class: "matches" }, "Save"), ...links);
}
