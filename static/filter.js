// The inspector's filter: op:ping dir:up len>125 -kind:body "text". Every term must hold.

/**
 * @typedef {import("./event-types.js").WireEvent} WireEvent
 * @typedef {(event: WireEvent) => boolean} Test
 * @typedef {{ text: string, at: number, length: number }} Fault  what is wrong, and where in the query
 * @typedef {{ test: Test, terms: number } | { fault: Fault }} Parsed
 * @typedef {{ value: (e: WireEvent) => string | number | undefined, also?: string[] }} WordKey
 */

/** Keys that take words, with the words that they know; no list: any word will do. */
/** @type {Record<string, { of: (e: WireEvent) => (string | undefined)[], words?: string[] }>} */
const WORDS = {
  op: {
    of: (e) => [e.frame?.type, e.frame && String(e.frame.opcode)],
    words: ["continuation", "text", "binary", "close", "ping", "pong", "reserved"],
  },
  dir: { of: (e) => [e.direction], words: ["up", "down"] },
  kind: {
    of: (e) => [e.kind],
    words: ["open", "request", "response", "body", "frame", "bytes", "close"],
  },
  driver: { of: (e) => [e.driver], words: ["page", "forge", "terminal", "proxy", "probe"] },
  shown: { of: (e) => [e.devtools], words: ["shown", "merged", "hidden", "empty"] },
  lab: { of: (e) => [e.lab] },
  rule: { of: (e) => (e.violations ?? []).flatMap((v) => [v.rule, "any"]) },
};

/** Keys that take numbers. */
/** @type {Record<string, (e: WireEvent) => number | undefined>} */
const NUMBERS = {
  len: (e) => e.payloadLength,
  size: (e) => e.size,
  over: (e) => e.overhead,
  conn: (e) => e.conn,
  seq: (e) => e.seq,
  code: (e) => e.frame?.close?.code ?? e.http?.status,
};

/** @type {Record<string, (a: number, b: number) => boolean>} */
const COMPARE = {
  ":": (a, b) => a === b,
  "=": (a, b) => a === b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

/** @param {string[]} words */
function list(words) {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/**
 * parseFilter reads a query. An empty one lets everything through.
 * @param {string} query
 * @returns {Parsed}
 */
export function parseFilter(query) {
  /** @type {Test[]} */
  const tests = [];
  const scan = /\s*(?:(-?)("[^"]*"?|[^\s"]+))/y;
  for (;;) {
    const at = scan.lastIndex;
    const m = scan.exec(query);
    if (m === null) break;
    const [whole, minus = "", body = ""] = m;
    const begin = at + whole.length - body.length;
    const term = readTerm(body, begin);
    if ("fault" in term) return term;
    tests.push(minus === "-" ? (e) => !term.test(e) : term.test);
  }
  return { test: (e) => tests.every((t) => t(e)), terms: tests.length };
}

/**
 * readTerm reads one term, without its minus.
 * @param {string} body
 * @param {number} at where it stands in the query
 * @returns {{ test: Test } | { fault: Fault }}
 */
function readTerm(body, at) {
  /** @param {string} text @param {number} [from] @param {number} [length] */
  const fault = (text, from = 0, length = body.length - from) => ({
    fault: { text, at: at + from, length },
  });
  if (body.startsWith('"')) {
    if (body.length < 2 || !body.endsWith('"')) return fault('A quoted text ends with another ".');
    return { test: contains(body.slice(1, -1)) };
  }
  const m = /^([a-z]+)(>=|<=|[:=<>])(.*)$/i.exec(body);
  if (m === null) return { test: contains(body) };
  const [, name = "", sign = "", value = ""] = m;
  const key = name.toLowerCase();
  const from = name.length + sign.length;
  const number = NUMBERS[key];
  if (number !== undefined) {
    const compare = COMPARE[sign];
    if (compare === undefined || !/^\d+$/.test(value)) {
      return fault(`After ${key}${sign} comes a number: ${key}${sign}125.`, from);
    }
    const wanted = Number(value);
    return {
      test: (e) => {
        const seen = number(e);
        return seen !== undefined && compare(seen, wanted);
      },
    };
  }
  const word = WORDS[key];
  if (word === undefined) {
    const known = list([...Object.keys(WORDS), ...Object.keys(NUMBERS)]);
    return fault(`There is no filter "${key}". Try ${known}, or put the text in quotes.`, 0, name.length);
  }
  if (sign !== ":" && sign !== "=") {
    return fault(`${key} is a word: write ${key}:${word.words?.[0] ?? "name"}.`, name.length, sign.length);
  }
  return readWords(key, word, value, (text) => fault(text, from));
}

/**
 * readWords reads the words behind a key: one, or several with commas between.
 * @param {string} key
 * @param {{ of: (e: WireEvent) => (string | undefined)[], words?: string[] }} word
 * @param {string} value
 * @param {(text: string) => { fault: Fault }} fault
 */
function readWords(key, word, value, fault) {
  const wanted = value.toLowerCase().split(",");
  for (const w of wanted) {
    const opcode = key === "op" && /^(0x[0-9a-f]|\d{1,2})$/.test(w);
    if (w === "" || (word.words !== undefined && !word.words.includes(w) && !opcode)) {
      return fault(
        word.words === undefined
          ? `After ${key}: comes a name.`
          : `${key} is ${list(word.words)}${key === "op" ? ", or a number" : ""}.`,
      );
    }
  }
  const names = new Set(wanted.map((w) => (key === "op" && /^(0x|\d)/.test(w) ? String(Number(w)) : w)));
  return { test: (/** @type {WireEvent} */ e) => word.of(e).some((w) => w !== undefined && names.has(w)) };
}

/**
 * contains looks for text in an event's words and, if it reads as hex, in its bytes.
 * @param {string} text
 * @returns {Test}
 */
function contains(text) {
  const wanted = text.toLowerCase();
  const hex = wanted.replace(/\s+/g, "");
  const isHex = hex.length >= 2 && hex.length % 2 === 0 && /^[0-9a-f]+$/.test(hex);
  return (e) => haystack(e).includes(wanted) || (isHex && hasBytes(e.bytes, hex));
}

/**
 * hasBytes finds whole bytes only: never the second half of one and the first of the next.
 * @param {string} bytes
 * @param {string} hex
 */
function hasBytes(bytes, hex) {
  for (let i = bytes.indexOf(hex); i >= 0; i = bytes.indexOf(hex, i + 1)) {
    if (i % 2 === 0) return true;
  }
  return false;
}

/** @type {WeakMap<WireEvent, string>} */
const haystacks = new WeakMap();

/**
 * haystack is everything of an event that can be read as text, in lower case.
 * @param {WireEvent} e
 */
function haystack(e) {
  let text = haystacks.get(e);
  if (text === undefined) {
    const { frame, http } = e;
    text = [
      e.summary,
      e.viewer,
      frame?.text,
      frame?.inflated?.text,
      frame?.close?.reason,
      http?.startLine,
      ...(http?.fields ?? []).map((f) => `${f.name}: ${f.value}`),
      e.note,
      ...(e.violations ?? []).map((v) => v.rule),
    ]
      .filter((s) => s !== undefined)
      .join("\n")
      .toLowerCase();
    haystacks.set(e, text);
  }
  return text;
}
