import assert from "node:assert/strict";
import test from "node:test";
import { Exchange } from "../exchanges.js";
import { downCost, extrasOf, pathOf, senderOf, upCost } from "../request-sums.js";

/** An exchange made of heads as the feed tells them. */
function exchange(request, response, body = "", driver = "page") {
  const head = (text) => {
    const [line, ...rest] = text.split("\r\n");
    let offset = line.length + 2;
    const fields = rest.filter((f) => f !== "").map((f) => {
      const [name, value] = f.split(": ");
      const at = offset;
      offset += f.length + 2;
      return { name, value, offset: at, length: f.length };
    });
    return { startLine: line, fields, headerLength: text.length, target: line.split(" ")[1], method: line.split(" ")[0] };
  };
  const x = new Exchange({ seq: 1, conn: 1, exchange: 1, at: 0, kind: "request", direction: "up", driver, size: request.length, overhead: request.length, http: head(request) });
  x.add({ seq: 2, conn: 1, exchange: 1, at: 1, kind: "response", direction: "down", size: response.length, overhead: response.length, http: { ...head(response), status: 200 } });
  x.add({ seq: 3, conn: 1, exchange: 1, at: 1, kind: "body", direction: "down", size: body.length, overhead: 0, body: { framing: "length", last: true } });
  return x;
}

const REQUEST = "GET /lab/request/plum-41?wire=abc HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/8\r\n\r\n";
const RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

test("every byte of an exchange is counted once", () => {
  const x = exchange(REQUEST, RESPONSE, "hello");
  const up = upCost(x);
  assert.equal(up.whole, REQUEST.length);
  assert.equal(up.asked, "/lab/request/plum-41".length);
  assert.equal(up.line, "GET ?wire=abc HTTP/1.1\r\n".length);
  assert.equal(up.fields, "Host: 127.0.0.1\r\nUser-Agent: curl/8\r\n".length);
  assert.equal(up.rest, 2);
  const down = downCost(x);
  assert.deepEqual(down, { whole: RESPONSE.length + 5, asked: 5, line: 17, fields: 19, rest: 2 });
});

test("a request without fields", () => {
  const bare = "GET / HTTP/1.0\r\n\r\n";
  assert.deepEqual(upCost(exchange(bare, RESPONSE)), { whole: 18, asked: 1, line: 15, fields: 0, rest: 2 });
});

test("who sent it, and what more than usual", () => {
  assert.equal(senderOf(exchange(REQUEST, RESPONSE)), "your browser");
  assert.equal(senderOf(exchange(REQUEST, RESPONSE, "", "terminal")), "curl/8");
  assert.equal(senderOf(exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n", RESPONSE, "", "terminal")), "a terminal, without a User-Agent");
  assert.equal(extrasOf(exchange(REQUEST, RESPONSE)), "");
  const more = "GET /a?wire=abc&extra=xxxx HTTP/1.1\r\nHost: x\r\nCookie: extra=yy\r\n\r\n";
  assert.equal(extrasOf(exchange(more, RESPONSE)), "a cookie of 8\u202fB and a query longer by 11\u202fB");
  assert.equal(pathOf("/a?b"), "/a");
});
