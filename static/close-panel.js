// How a connection ended: the wire's truth beside what the page's own WebSocket was told.
import { el } from "./dom.js";
import { sideWords, tcpWords, whyCode } from "./close-words.js";

/** @import { Connection } from "./connections.js" */

/** @type {Record<string, string>} */
const CLIENTS = { page: "your page", terminal: "your terminal", forge: "the forge", proxy: "the intermediary" };

/**
 * closePanel shows both sides of a WebSocket connection's end.
 * @param {Connection} conn
 */
export function closePanel(conn) {
  const { truth, pageClose } = conn;
  const client = CLIENTS[conn.driver] ?? "the client";
  const first = truth.first === undefined ? "neither" : truth.first === "up" ? client : "the server";
  const wire = card("On the wire", [
    ["first to close", first],
    [`${client} sent`, sideWords(truth.up)],
    ["the server sent", sideWords(truth.down)],
    ["TCP", tcpWords(truth, conn.open)],
  ]);
  const page = pageClose
    ? card("In the page: CloseEvent", [
        ["code", String(pageClose.code)],
        ["reason", pageClose.reason === "" ? "empty" : `“${pageClose.reason}”`],
        ["wasClean", String(pageClose.wasClean)],
      ])
    : el("div", { class: "card" }, el("h3", {}, "In the page: CloseEvent"), el("p", { class: "muted" }, nobody(conn)));
  const panel = el("section", { class: "close-panel", "aria-label": "How the connection ended" }, el("div", { class: "cards" }, wire, page));
  if (pageClose) panel.append(el("p", { class: "why" }, whyCode(pageClose, truth)));
  return panel;
}

/** @param {Connection} conn */
function nobody(conn) {
  if (conn.driver !== "page") return "No page held this connection, so there was nobody to get the event.";
  return conn.open
    ? "The page has not been told yet: it hears of the end once TCP is closed."
    : "The page that held this connection has told nothing: it was left or loaded again.";
}

/**
 * @param {string} title
 * @param {[string, string][]} facts
 */
function card(title, facts) {
  return el(
    "div",
    { class: "card" },
    el("h3", {}, title),
    el("dl", {}, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
  );
}
