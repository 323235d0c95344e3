"""The opening handshake: RFC 6455 §4, and the negotiation of subprotocols and extensions."""

import json
import time

from plan import Failed, add, case, same
from wire import PAUSE, PING, PONG, TEXT, Frame, Line, Peer, accept, closing, converse, exchange, frame, fresh_key, request

SAMPLE = "dGhlIHNhbXBsZSBub25jZQ=="
VERSION_FIELDS = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
UPGRADE_FIELDS = {"Upgrade": "websocket", "Connection": "Upgrade"}


def answer(t, data, method="GET"):
    with Line(t) as line:
        line.send(data)
        r = line.response(method)
        if r is None:
            raise Failed("a response", f"the end ({line.ended})")
        return r


def ask(section, name, status, changes=None, fields=None, **how):
    """Lists a case: a handshake with changes is answered with this status, or one of these."""
    statuses = [status] if isinstance(status, int) else status

    def run(t):
        method = how.get("method", "GET")
        r = answer(t, request(t, changes, **how), method)
        if r.status not in statuses:
            raise Failed(" or ".join(map(str, statuses)), f"{r.status} {r.body[:120]!r}")
        if r.status == 101:
            for name, want in {"Upgrade": "websocket", "Connection": "upgrade"}.items():
                same(want, r.get(name).lower(), name + ":")
            key = (changes or {}).get("Sec-WebSocket-Key") or SAMPLE
            same([accept(key.strip())], r.all("Sec-WebSocket-Accept"), "Sec-WebSocket-Accept:")
        elif r.get("Content-Type").startswith("application/json") and method != "HEAD":
            said = json.loads(r.body)
            if not said["error"] or not said["ref"]:
                raise Failed("an error with its rule", repr(said))
        for name, want in (fields or {}).items():
            same(want, r.get(name), name + ":")
        return str(r.status)
    add(section, name, run)


# What a valid handshake may look like.
ask("4.2.1", "a handshake of five fields", 101)
ask("4.2.2", "the key of the RFC and its accept value", 101, fields={"Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="})
ask("4.2.1", "Upgrade: WEBSOCKET", 101, {"Upgrade": "WEBSOCKET"})
ask("4.2.1", "Upgrade lists h2c before websocket", 101, {"Upgrade": "h2c, websocket"})
ask("4.2.1", "Upgrade lists websocket before h2c", 101, {"Upgrade": "websocket,h2c"})
ask("4.2.1", "Upgrade twice, websocket in the second", 101, {"Upgrade": ["h2c", "websocket"]})
ask("4.2.1", "Connection: upgrade", 101, {"Connection": "upgrade"})
ask("4.2.1", "Connection: keep-alive, Upgrade", 101, {"Connection": "keep-alive, Upgrade"})
ask("4.2.1", "Connection: keep-alive,UPGRADE without a space", 101, {"Connection": "keep-alive,UPGRADE"})
ask("4.2.1", "Connection with empty elements", 101, {"Connection": ", ,Upgrade,"})
ask("4.2.1", "Upgrade with empty elements and a version", 101, {"Upgrade": ", h2c/2, websocket"})
ask("4.2.1", "Connection twice, Upgrade in the second", 101, {"Connection": ["keep-alive", "Upgrade"]})
ask("4.2.1", "white space around each value", 101, {
    "Upgrade": " \twebsocket \t", "Connection": "\tUpgrade", "Sec-WebSocket-Version": "  13  ", "Sec-WebSocket-Key": f"  {SAMPLE}\t"})
ask("4.2.1", "names in upper case", 101, {
    "Upgrade": None, "Connection": None, "Sec-WebSocket-Key": None, "Sec-WebSocket-Version": None,
    "UPGRADE": "websocket", "CONNECTION": "Upgrade", "SEC-WEBSOCKET-KEY": SAMPLE, "SEC-WEBSOCKET-VERSION": "13"})
ask("4.2.1", "names in lower case", 101, {
    "Host": None, "Upgrade": None, "Connection": None, "Sec-WebSocket-Key": None, "Sec-WebSocket-Version": None,
    "host": "localhost", "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-key": SAMPLE, "sec-websocket-version": "13"})
ask("4.1", "fields that nobody knows", 101, {"X-One": "1", "Cookie": "a=b", "Pragma": "no-cache", "Accept-Language": "de"})
ask("4.1", "a key with bits behind its 16th byte, as the RFC's own AQIDBAUGBwgJCgsMDQ4PEC==", 101, {"Sec-WebSocket-Key": "AQIDBAUGBwgJCgsMDQ4PEC=="})


@case("4.1", "the target as a whole URL")
def whole_url(t):
    r = answer(t, request(t, path=f"http://{t.address}{t.path()}"))
    same(101, r.status)


@case("4.2.2", "the accept value of 32 random keys")
def keys(t):
    for _ in range(32):
        key = fresh_key()
        r = answer(t, request(t, {"Sec-WebSocket-Key": key}))
        same((101, accept(key)), (r.status, r.get("Sec-WebSocket-Accept")), key)
    return "32 of 32"


# Each required field: missing, twice, wrong.
ask("4.2.1", "no Host", 400, {"Host": None})
ask("4.2.1", "Host twice", 400, {"Host": ["localhost", "localhost"]})
ask("4.2.1", "Host with a space in it", 400, {"Host": "local host"})
ask("10.2", "Host of somebody else", 421, {"Host": "evil.example"})
ask("4.2.1", "no Upgrade", 426, {"Upgrade": None, "Accept": "application/json"}, UPGRADE_FIELDS)
ask("4.2.1", "Upgrade: empty", 426, {"Upgrade": ""}, UPGRADE_FIELDS)
ask("4.2.1", "Upgrade: h2c", 426, {"Upgrade": "h2c"}, UPGRADE_FIELDS)
ask("4.2.1", "Upgrade: websockets", 426, {"Upgrade": "websockets"}, UPGRADE_FIELDS)
ask("4.2.1", "Upgrade: web socket", 426, {"Upgrade": "web socket"}, UPGRADE_FIELDS)
ask("4.2.1", "no Connection", 400, {"Connection": None})
ask("4.2.1", "Connection: empty", 400, {"Connection": ""})
ask("4.2.1", "Connection: keep-alive", 400, {"Connection": "keep-alive"})
ask("4.2.1", "Connection: close", 400, {"Connection": "close"})
ask("4.2.1", "Connection: NotUpgrade", 400, {"Connection": "NotUpgrade"})
ask("4.2.1", "Connection: Upgrade;q=1", 400, {"Connection": "Upgrade;q=1"})
ask("4.2.1", "no key", 400, {"Sec-WebSocket-Key": None})
ask("11.3.1", "the key twice", 400, {"Sec-WebSocket-Key": [SAMPLE, SAMPLE]})
ask("11.3.1", "two keys in one field", 400, {"Sec-WebSocket-Key": f"{SAMPLE}, {SAMPLE}"})
for name, key in {
    "empty": "", "of 15 bytes": "dGhlIHNhbXBsZSBub25j", "of 17 bytes": "dGhlIHNhbXBsZSBub25jZTE=",
    "of 32 bytes": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=", "of 1 byte": "QQ==", "without its padding": "dGhlIHNhbXBsZSBub25jZQ",
    "with one = too many": SAMPLE + "=", "with signs outside base64": "dGhlIHNhbXBsZSBub25jZ!==", "of the URL's alphabet": "_-_-_-_-_-_-_-_-_-_-_w==",
    "with a space inside": "dGhlIHNhbXBs ZSBub25jZQ==", "in quotes": f'"{SAMPLE}"', "of = alone": "=" * 24,
    "with a byte above ASCII": "dGhlIHNhbXBsZSBub25jZ\xff==", "of 8 KiB": "QUFB" * 2048,
}.items():
    ask("4.2.1", f"a key {name}", 400, {"Sec-WebSocket-Key": key})
ask("4.4", "no version", 426, {"Sec-WebSocket-Version": None}, VERSION_FIELDS)
ask("4.4", "the version twice", 426, {"Sec-WebSocket-Version": ["13", "13"]}, VERSION_FIELDS)
for version in ["0", "8", "12", "14", "99", "255", "256", "013", "+13", "-13", "13.0", "0x0d", "13, 8", "8, 13", "13;", "thirteen", "", "9" * 100]:
    ask("4.4", f"version {version[:20] or 'empty'}", 426, {"Sec-WebSocket-Version": version}, VERSION_FIELDS)

# The request line.
for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW", "get"]:
    ask("4.1", f"the method {method}", 405, {"Content-Length": "0"} if method in ("POST", "PUT", "PATCH") else {}, {"Allow": "GET"}, method=method)
ask("4.1", "the method HEAD", 405, None, {"Allow": "GET"}, method="HEAD")
ask("4.1", "HTTP/1.0", 400, version="HTTP/1.0")
ask("4.1", "HTTP/1.2, which is higher than 1.1", (101, 505), version="HTTP/1.2")
ask("4.1", "HTTP/2.0 in clear text", 505, version="HTTP/2.0")
ask("4.1", "HTTP/0.9", (400, 505), version="HTTP/0.9")
ask("4.1", "no version of HTTP at all", 400, version="")
ask("4.1", "http/1.1 in lower case", 400, version="http/1.1")
ask("3", "a path that is none", 404, path="/no/echo")
ask("3", "a parameter that means nothing", 400, path="/echo?breakdown=xml")
ask("3", "a target with a NUL", 400, path="/echo?\0")

# Origins.
OWN = "http://{address}"
for name, origin, status in [
    ("its own page", OWN, 101),
    ("its own page, in upper case", "HTTP://{ADDRESS}", 101),
    ("a foreign page", "http://evil.example", 403),
    ("null", "null", 403),
    ("an empty one", "", 403),
    ("another port", "http://127.0.0.1:1", 403),
    ("its own name as the front of another", OWN + ".evil.example", 403),
    ("its own name as the user of another", OWN + "@evil.example", 403),
    ("its own name as the path of another", "http://evil.example/{address}", 403),
    ("its own name as the fragment of another", "http://evil.example#{address}", 403),
    ("a file", "file://", 403),
    ("two in one field", OWN + " " + OWN, 403),
    ("two with a comma", OWN + ", http://evil.example", 403),
    ("no URL at all", "://:", 403),
]:
    def run(t, origin=origin, status=status):
        value = origin.format(address=t.address, ADDRESS=t.address.upper())
        r = answer(t, request(t, {"Origin": value}))
        same(status, r.status)
        return str(r.status)
    add("10.2", f"Origin: {name}", run)


@case("10.2", "Origin: its own, twice")
def two_origins(t):
    same(403, answer(t, request(t, {"Origin": [f"http://{t.address}"] * 2})).status)
    return "403"


# Subprotocols.
def protocol(name, values, want, status=101):
    def run(t):
        r = answer(t, request(t, {"Sec-WebSocket-Protocol": values}))
        same((status, want), (r.status, r.all("Sec-WebSocket-Protocol")))
        return f"{r.status}, {want[0] if want else 'none'} chosen"
    add("4.2.2", f"subprotocols: {name}", run)


protocol("none offered", None, [])
protocol("one", "chat", ["chat"])
protocol("two, of which the first is preferred", "one, two", ["one"])
protocol("two over two fields", ["one", "two"], ["one"])
protocol("a name with each sign of a token", "!#$%&'*+-.^_`|~09Az", ["!#$%&'*+-.^_`|~09Az"])
protocol("the same twice", "a, b, a", [], 400)
protocol("the same in two fields", ["a", "a"], [], 400)
protocol("an empty value", "", [], 400)
protocol("a space inside", "a b", [], 400)
protocol("a slash inside", "a/b", [], 400)
protocol("a quoted one", '"a"', [], 400)
protocol("1000 of them", ", ".join(f"p{i}" for i in range(1000)), ["p0"])

# Extensions, malformed or unknown.
for value in [";", "a;", "a; ;b", "a;=1", "a b", "a; b c", "a; b=", 'a; b="', 'a; b="c d"', 'a; b=""', 'a; b="c"d', '"a"', "a=1", "a/b", "a; b=c=d", "", ","]:
    ask("9.1", f"extensions: malformed {value or 'empty'}", 400, {"Sec-WebSocket-Extensions": value})
for value in ["x-unknown", "x-unknown; a=1; b", 'x-unknown; a="b"', 'x; a="\\b"', "x, y; z=1, w", "PERMESSAGE-DEFLATE", ", x ,"]:
    ask("9.1", f"extensions: unknown {value}", 101, {"Sec-WebSocket-Extensions": value}, {"Sec-WebSocket-Extensions": ""})
ask("9.1", "extensions: permessage-deflate where nobody asked the echo for it", 101,
    {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}, {"Sec-WebSocket-Extensions": ""})

# Heads that HTTP does not allow.
ask("4.2.1", "a space before a colon", 400, more="X-One : 1\r\n")
ask("4.2.1", "a field without a name", 400, more=": 1\r\n")
ask("4.2.1", "a line without a colon", 400, more="nonsense\r\n")
ask("4.2.1", "a NUL in a field", 400, more="X-One: a\0b\r\n")
ask("4.2.1", "a bare CR in the key", 400, {"Sec-WebSocket-Key": "dGhlIHNhbXBs\rZSBub25jZQ=="})
ask("4.2.1", "a field folded over two lines", (400, 101), more="X-One: a\r\n b\r\n")
ask("4.2.1", "a name of bytes above ASCII", 400, more="X-\xff: a\r\n")
ask("4.2.1", "an unknown transfer coding", (400, 501), {"Transfer-Encoding": "gzip"})
ask("4.2.1", "a length and chunks at once", 400, {"Content-Length": "5", "Transfer-Encoding": "chunked"})
ask("4.2.1", "two lengths", 400, {"Content-Length": ["5", "6"]})
ask("4.2.1", "a length below zero", 400, {"Content-Length": "-1"})
ask("4.2.1", "a body announced: its bytes would be taken for frames", 400, {"Content-Length": "5"})
ask("4.2.1", "a body in chunks announced", 400, {"Transfer-Encoding": "chunked"})
ask("4.2.1", "a body announced and not asked for yet", (400, 417), {"Content-Length": "5", "Expect": "100-continue"})
ask("4.2.1", "an expectation that nobody knows", (400, 417), {"Expect": "the impossible"})
ask("10.4", "a field of 70 KB", 431, {"X-Long": "x" * 70000})
ask("10.4", "a target of 70 KB", 414, path="/echo?" + "x" * 70000)
ask("10.4", "4000 fields of 70 KB together", 431, more="".join(f"X-{i:04}: 01234567\r\n" for i in range(4000)))


@case("10.4", "a head that never ends, as fast as it goes")
def endless(t):
    with Line(t) as line:
        line.send(request(t)[:-2])
        sent, by = 0, time.monotonic() + 10
        while not line.ended and not line.inbox and time.monotonic() < by:
            sent += line.send(b"X-More: " + b"x" * 8000 + b"\r\n")
        if sent > 8 << 20:
            raise Failed("an end within 8 MiB", f"{sent} bytes taken")
        r = line.response()
        if r is not None:
            same(431, r.status)
        return f"{r.status if r else line.ended} after {sent >> 10} KiB"


@case("10.4", "a head that trickles and never ends", server="large", meanwhile=True)
def trickle(t):
    start = time.monotonic()
    with Line(t) as line:
        line.send(request(t)[:-2])
        while not line.ended and not line.inbox:
            line.send(b"X")
            time.sleep(0.05)
            if time.monotonic() - start > 8:
                raise Failed("408 after a second (--request-time 1s)", "8 s of patience")
        r = line.response()
        same(408, r and r.status)
        return f"408 after {time.monotonic() - start:.1f} s"


@case("4.2.1", "a handshake byte by byte")
def byte_by_byte(t):
    with Line(t) as line:
        data = request(t)
        line.pieces([data[i:i + 1] for i in range(len(data))], 0.0005)
        same(101, line.response().status)
        return f"{len(data)} bytes, {converse(line, frame(TEXT, b'a'), [Frame(TEXT, b'a')])}"


@case("4.2.1", "a handshake in two pieces, cut at each byte")
def two_pieces(t):
    data = request(t)
    for i in range(1, len(data)):
        with Line(t) as line:
            line.pieces([data[:i], data[i:]], 0.001)
            same(101, line.response().status, f"cut at {i}:")
    return f"{len(data) - 1} cuts"


@case("4.2.1", "a handshake that ends at each of its bytes")
def ends_early(t):
    data = request(t)
    answered = set()
    for i in range(len(data)):
        with Line(t) as line:
            line.send(data[:i])
            line.half_close()
            r = line.response()
            if r is not None and r.status != 400:
                raise Failed("400 or the end", f"{r.status} after {i} bytes")
            answered.add(r.status if r else "the end")
    return f"{len(data)} ends, answered by {', '.join(sorted(map(str, answered)))}"


@case("4.1", "frames glued behind the handshake: a client waits for the 101")
def glued(t):
    r = answer(t, request(t) + frame(TEXT, b"early"))
    same(400, r.status)
    return "400"


@case("4.1", "frames glued behind handshakes of each size around the reader's buffer of 4 KiB")
def glued_large(t):
    seen = {}
    bare = len(request(t, {"X-Pad": ""}))
    for size in [*range(4070, 4110), 8185, 8191, 8192, 8193]:
        with Line(t) as line:
            line.send(request(t, {"X-Pad": "x" * (size - bare)}) + frame(PING, b"early"))
            r = line.response()
            if r.status == 101:  # nothing of the frame was there with the head
                f = line.frame()
                if f is None or f != Frame(PONG, b"early"):
                    raise Failed("a pong behind 101", f"{f} (a head of {size})")
            elif r.status != 400:
                raise Failed("400, or 101 and a pong", str(r.status))
            seen[r.status] = seen.get(r.status, 0) + 1
    return ", ".join(f"{k} {v} times" for k, v in sorted(seen.items()))


@case("4.2.1", "a request before the handshake in the same write")
def pipelined(t):
    with Line(t) as line:
        line.send(f"GET /healthz HTTP/1.1\r\nHost: {t.address}\r\n\r\n".encode() + request(t))
        same([200, 101], [line.response().status, line.response().status])
        return converse(line, frame(TEXT, b"x"), [Frame(TEXT, b"x")])


@case("4.2.1", "a request behind the handshake in the same write")
def pipelined_after(t):
    with Line(t) as line:
        line.send(request(t) + f"GET /healthz HTTP/1.1\r\nHost: {t.address}\r\n\r\n".encode())
        first = line.response().status
        second = line.response()
        same((400, None), (first, second and second.status))
        return "400, and no second answer"


@case("4.2.1", "two handshakes in one write")
def two_handshakes(t):
    with Line(t) as line:
        line.send(request(t) * 2)
        same(400, line.response().status)
        same(None, line.response())
        return "400, and no second answer"


@case("4.4", "another version, then 13 on the same connection")
def again(t):
    with Line(t) as line:
        line.send(request(t, {"Sec-WebSocket-Version": "25"}))
        same(426, line.response().status)
        line.send(request(t))
        same(101, line.response().status)
        return "426, 101, " + converse(line, frame(TEXT, b"x"), [Frame(TEXT, b"x")])


@case("10.3", "a handshake hidden in the body of a POST")
def hidden(t):
    inner = request(t)
    with Line(t) as line:
        line.send(f"POST /echo HTTP/1.1\r\nHost: {t.address}\r\nContent-Length: {len(inner)}\r\n\r\n".encode() + inner)
        line.half_close()
        same(405, line.response().status)
        second = line.response()
        same(None, second and second.status)
        return "405, and the body answered by nothing"


@case("4.2.2", "the 101 has no body, and nothing comes before the client speaks")
def no_greeting(t):
    with Peer(t, "breakdown=json") as peer:
        peer.quiet(0.1)
        peer.send(closing(1000))
        same("closed 1000", str(peer.frame()))
        return "silence, then closed 1000"


@case("10.4", "100 connections that say nothing and leave")
def silent(t):
    lines = [Line(t) for _ in range(100)]
    time.sleep(PAUSE)
    for i, line in enumerate(lines):
        line.reset() if i % 2 else line.sock.close()
    return exchange(t, frame(TEXT, b"x"), [Frame(TEXT, b"x")])
