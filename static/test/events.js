// Events for the tests, written out by hand in the shapes of the server's feed.

/** A frame's event; what is not given is that of one final masked text frame. */
export function frame(seq, { direction = "up", text = "Spang", opcode = 1, type = "text", fin = true, message = seq, part = 1, messageType = "text", conn = 1, at = seq, ...more } = {}) {
  const control = opcode >= 8;
  const length = new TextEncoder().encode(text).length;
  const overhead = direction === "up" ? 6 : 2;
  return {
    seq,
    conn,
    at,
    direction,
    kind: "frame",
    driver: "page",
    size: length + overhead,
    overhead,
    payloadLength: length,
    summary: `${type} frame, ${length} bytes`,
    bytes: "818537fa213d648a405350",
    truncated: false,
    devtools: control ? "hidden" : fin && part === 1 ? "shown" : "merged",
    devtoolsWhy: "because",
    violations: [],
    frame: {
      fin,
      opcode,
      type,
      text,
      payloadLength: length,
      payload: "",
      truncated: false,
      ...(control ? {} : { message, part, messageType, compressed: false }),
    },
    ...more,
  };
}

export function ping(seq, more = {}) {
  return frame(seq, { direction: "down", opcode: 9, type: "ping", text: "15", ...more });
}

/** The two heads of an upgrade, as events seq and seq + 1. */
export function upgrade(seq, { conn = 1, target = "/echo?wire=abc&socket=ab2c", driver = "page" } = {}) {
  const base = { conn, at: seq, driver, payloadLength: 0, bytes: "", truncated: false, devtools: "shown", violations: [] };
  return [
    {
      ...base,
      seq,
      direction: "up",
      kind: "request",
      size: 507,
      overhead: 507,
      summary: `GET ${target} HTTP/1.1`,
      http: {
        startLine: `GET ${target} HTTP/1.1`,
        method: "GET",
        target,
        fields: [{ name: "Upgrade", value: "websocket", offset: 0, length: 18 }],
        headerLength: 507,
      },
    },
    {
      ...base,
      seq: seq + 1,
      direction: "down",
      kind: "response",
      size: 129,
      overhead: 129,
      summary: "HTTP/1.1 101 Switching Protocols",
      http: { startLine: "HTTP/1.1 101 Switching Protocols", status: 101, reason: "Switching Protocols", fields: [], headerLength: 129 },
    },
  ];
}

export function end(seq, { conn = 1, close = { tcp: "server closed", websocket: true, clean: true } } = {}) {
  return { seq, conn, at: seq, direction: "up", kind: "close", driver: "page", size: 0, overhead: 0, payloadLength: 0, summary: "connection closed", bytes: "", truncated: false, devtools: "hidden", close };
}
