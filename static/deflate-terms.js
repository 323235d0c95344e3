// What permessage-deflate's parameters mean, in an offer and in its answer (RFC 7692 §7.1). No DOM.

/**
 * @typedef {{ name: string, params: Map<string, string> }} Extension a parameter without a value has ""
 * @typedef {{ name: string, offered: string, taken: string, means: string, ref: string, odd?: boolean }} Term
 */

const NAME = "permessage-deflate";

/**
 * parseExtensions reads the value of a Sec-WebSocket-Extensions field. The server judges it; what
 * can't be read is shown as it stands.
 * @param {string} value
 * @returns {Extension[]}
 */
export function parseExtensions(value) {
  return value
    .split(",")
    .map((one) => {
      const [name = "", ...params] = one.split(";").map((part) => part.trim());
      return {
        name: name.toLowerCase(),
        params: new Map(params.map((p) => {
          const [key = "", ...rest] = p.split("=");
          return [key.trim(), rest.join("=").trim().replace(/^"(.*)"$/, "$1")];
        })),
      };
    })
    .filter(({ name }) => name !== "");
}

/**
 * negotiation explains what was offered and what was taken. An answer that has not come is undefined.
 * @param {string} offer
 * @param {string | undefined} answer
 * @returns {{ sentence: string, terms: Term[] }}
 */
export function negotiation(offer, answer) {
  const offers = parseExtensions(offer).filter(({ name }) => name === NAME);
  const taken = answer === undefined ? undefined : parseExtensions(answer).find(({ name }) => name === NAME);
  if (offers.length === 0 && taken === undefined) return { sentence: "Compression was not offered: no frame of this connection is compressed.", terms: [] };
  const chosen = offers.find((o) => taken !== undefined && fits(o, taken)) ?? offers[0];
  const answered = answer !== undefined;
  const terms = [
    {
      name: NAME,
      offered: offers.length === 0 ? "no" : offers.length === 1 ? "yes" : `yes, in ${offers.length} forms`,
      taken: !answered ? "not answered" : taken ? "yes" : "no",
      means: taken ? "Messages may be compressed; RSV1 on a message’s first frame says which are." : "No message may be compressed.",
      ref: "RFC 7692 §7",
      ...(taken && offers.length === 0 ? { odd: true } : {}),
    },
    ...["server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits", "client_max_window_bits"].map((name) => term(name, chosen, taken, answered)),
  ];
  return { sentence: sentence(offers.length > 0, taken !== undefined, answered), terms };
}

/**
 * @param {boolean} offered
 * @param {boolean} taken
 * @param {boolean} answered
 */
function sentence(offered, taken, answered) {
  if (!answered) return "Compression was offered. What becomes of it stands in the answer.";
  if (!taken) return "Compression was offered and not taken: no frame of this connection is compressed.";
  if (!offered) return "The server takes what nobody offered: the client must fail the connection.";
  return "Compression was offered and taken. This is what was agreed on.";
}

/**
 * fits says whether an answer can be one to this offer: it may limit the client's window only if that
 * was offered, and must repeat what the client demands of the server.
 * @param {Extension} offer
 * @param {Extension} answer
 */
function fits(offer, answer) {
  return !(answer.params.has("client_max_window_bits") && !offer.params.has("client_max_window_bits"))
    && ["server_no_context_takeover", "server_max_window_bits"].every((p) => !offer.params.has(p) || answer.params.has(p));
}

/**
 * @param {string} name
 * @param {Extension | undefined} offer
 * @param {Extension | undefined} answer
 * @param {boolean} answered
 * @returns {Term}
 */
function term(name, offer, answer, answered) {
  const offered = offer?.params.get(name);
  const taken = answer?.params.get(name);
  const whose = name.startsWith("server") ? "server" : "client";
  const bits = name.endsWith("bits");
  const odd = answer !== undefined && ((name === "client_max_window_bits" && taken !== undefined && offered === undefined)
    || (whose === "server" && offered !== undefined && taken === undefined));
  return {
    name,
    offered: said(offered),
    taken: answered ? said(taken) : "not answered",
    means: bits ? windowMeans(whose, offered, taken, odd) : takeoverMeans(whose, offered, taken, odd),
    ref: `RFC 7692 §7.1.${bits ? 2 : 1}.${whose === "server" ? 1 : 2}`,
    ...(odd ? { odd } : {}),
  };
}

/** @param {string | undefined} value */
function said(value) {
  if (value === undefined) return "no";
  return value === "" ? "yes" : value;
}

/**
 * @param {string} whose
 * @param {string | undefined} offered
 * @param {string | undefined} taken
 * @param {boolean} odd
 */
function takeoverMeans(whose, offered, taken, odd) {
  if (odd) return "The client demands it, and an answer that takes the offer must repeat it.";
  if (taken !== undefined) return `The ${whose} compresses each message by itself: nothing is taken over from the one before, and any message can be read alone.`;
  if (offered !== undefined) return "The client says that it will not need its window. The answer does not hold it to that.";
  return `The ${whose} may take its window over: a message may point back into the ones before it, which makes it shorter and costs memory at both ends.`;
}

/**
 * @param {string} whose
 * @param {string | undefined} offered
 * @param {string | undefined} taken
 * @param {boolean} odd
 */
function windowMeans(whose, offered, taken, odd) {
  if (odd) return whose === "client" ? "The server may set this only if the client has offered it." : "The client demands it, and an answer that takes the offer must repeat it.";
  const bits = Number(taken);
  if (taken !== undefined && bits >= 8 && bits <= 15) return `The ${whose}’s window has 2^${bits} = ${2 ** bits} bytes: it points back no further.`;
  if (offered === "" && whose === "client") return "The client can keep to a smaller window if the server says so. Without that it is 32 768 bytes.";
  return `The ${whose}’s window is as large as DEFLATE has it: 32 768 bytes.`;
}

/**
 * takesOver says whether the sender of a direction keeps its window from message to message, by the
 * answer's field; undefined if nothing was agreed on.
 * @param {string | undefined} answer
 * @param {"up" | "down"} direction
 */
export function takesOver(answer, direction) {
  const taken = parseExtensions(answer ?? "").find(({ name }) => name === NAME);
  if (!taken) return undefined;
  return !taken.params.has(direction === "up" ? "client_no_context_takeover" : "server_no_context_takeover");
}
