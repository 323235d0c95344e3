"""permessage-deflate: RFC 7692, its negotiation and its data, inflated by Python's zlib."""

import json
import re
import zlib

from plan import Failed, add, case, same
from wire import BINARY, CLOSE, CONT, PING, PONG, TEXT, Frame, Line, Peer, chance, converse, exchange, frame, request

ON = "breakdown=off&deflate=on"
PLAIN = {"Sec-WebSocket-Extensions": "permessage-deflate"}
BOTH = {"Sec-WebSocket-Extensions": "permessage-deflate; client_no_context_takeover"}
RSV1 = 4
TAIL = b"\x00\x00\xff\xff"


def squeeze(p, bits=15, level=6, packer=None):
    """p as the payload of a compressed message (§7.2.1)."""
    packer = packer or zlib.compressobj(level, zlib.DEFLATED, -bits)
    data = packer.compress(p) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert data.endswith(TAIL)
    return data[:-4]


def swell(p, bits=15, unpacker=None):
    """The plain bytes of a compressed message (§7.2.2)."""
    unpacker = unpacker or zlib.decompressobj(-bits)
    return unpacker.decompress(p + TAIL)


# Negotiation (§7.1).
def negotiate(t, offer):
    with Line(t) as line:
        line.send(request(t, {"Sec-WebSocket-Extensions": offer}, path=t.path(ON)))
        r = line.response()
        same(101, r.status)
        values = r.all("Sec-WebSocket-Extensions")
        if len(values) > 1:
            raise Failed("one field", repr(values))
        return values[0] if values else None


def parameters(answer):
    """The parameters of an answer, judged by their own rules alone."""
    name, *rest = [s.strip() for s in answer.split(";")]
    same("permessage-deflate", name)
    found = {}
    for p in rest:
        m = re.fullmatch(r'(server_no_context_takeover|client_no_context_takeover)|((?:server|client)_max_window_bits)=("?)([89]|1[0-5])\3', p)
        if not m or (m[1] or m[2]) in found:
            raise Failed("a parameter of §7.1, once", repr(p))
        found[m[1] or m[2]] = int(m[4]) if m[4] else True
    return found


def accepted(name, offer, want=None):
    """An offer is valid: it is accepted by the rules, or declined; want says which, if it must be."""
    def run(t):
        got = negotiate(t, offer)
        if got is None:
            if want is not False and want is not None:
                raise Failed("an answer", "none")
            return "declined"
        if want is False:
            raise Failed("no answer", got)
        p = parameters(got)
        first = offer if isinstance(offer, str) else offer[0]
        offered = dict((k.strip(), v.replace('"', "").replace("\\", "").strip()) for k, _, v in (x.partition("=") for x in first.split(",")[0].split(";")[1:]))
        if "server_no_context_takeover" in offered and "server_no_context_takeover" not in p:
            raise Failed("server_no_context_takeover kept", got)
        if "server_max_window_bits" in offered and p.get("server_max_window_bits", 99) > int(offered["server_max_window_bits"]):
            raise Failed("server_max_window_bits kept", got)
        if "client_max_window_bits" in p:
            if "client_max_window_bits" not in offered:
                raise Failed("no client_max_window_bits, which was not offered", got)
            if offered["client_max_window_bits"] and p["client_max_window_bits"] > int(offered["client_max_window_bits"]):
                raise Failed("client_max_window_bits no larger than offered", got)
        return talk(t, offer, p)
    add("7692 7.1", f"offer: {name}", run)


def talk(t, offer, p):
    """Six compressed messages within what was negotiated, each mirror inflated in its window."""
    sent_bits, got_bits = p.get("client_max_window_bits", 15), p.get("server_max_window_bits", 15)
    small = 100 if min(sent_bits, got_bits) == 8 else 3000  # zlib deflates in no window of 8 bits
    with Peer(t, ON, {"Sec-WebSocket-Extensions": offer}) as peer:
        packer = unpacker = None
        text = bytes(chance.choice(b"abcdef") for _ in range(small))
        for i in range(6):
            if packer is None or "client_no_context_takeover" in p or sent_bits == 8:
                packer = zlib.compressobj(6, zlib.DEFLATED, -max(sent_bits, 9))
            if unpacker is None or "server_no_context_takeover" in p:
                unpacker = zlib.decompressobj(-got_bits)
            peer.send(frame(TEXT, squeeze(text, packer=packer), rsv=RSV1))
            f = peer.frame()
            if f is None or f.opcode != TEXT:
                raise Failed("a mirror", str(f))
            same(text, swell(f.payload, unpacker=unpacker) if f.rsv == RSV1 else f.payload, f"message {i + 1}:")
        converse(peer, b"")
        return f"{peer.extension.partition('; ')[2] or 'accepted as it stands'}; 6 messages and back"


for name, offer in {
    "bare": "permessage-deflate", "client_max_window_bits without a value, as browsers make it": "permessage-deflate; client_max_window_bits",
    "server_no_context_takeover": "permessage-deflate; server_no_context_takeover",
    "client_no_context_takeover": "permessage-deflate; client_no_context_takeover",
    "both without context": "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "in another order": "permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits",
    "without spaces": "permessage-deflate;client_max_window_bits;server_no_context_takeover",
    "with tabs": "permessage-deflate\t;\tclient_max_window_bits",
    "server_max_window_bits=15": "permessage-deflate; server_max_window_bits=15",
    "client_max_window_bits=15": "permessage-deflate; client_max_window_bits=15",
    "a quoted value": 'permessage-deflate; server_max_window_bits="15"',
    "a quoted value with a backslash": 'permessage-deflate; server_max_window_bits="1\\5"',
    "everything at once": "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits",
}.items():
    accepted(name, offer, True)
for bits in range(8, 16):
    accepted(f"client_max_window_bits={bits}", f"permessage-deflate; client_max_window_bits={bits}")
    accepted(f"server_max_window_bits={bits}", f"permessage-deflate; server_max_window_bits={bits}")
    accepted(f"server_max_window_bits={bits}; client_max_window_bits", f"permessage-deflate; server_max_window_bits={bits}; client_max_window_bits")
    accepted(f"both windows {bits}", f"permessage-deflate; server_max_window_bits={bits}; client_max_window_bits={bits}")
for p in ("server_max_window_bits", "client_max_window_bits"):
    for value in ("7", "16", "0", "-8", "08", "015", "8.0", "0x8", "abc", "99999999999999999999", '"7"'):
        accepted(f"{p}={value} is declined", f"permessage-deflate; {p}={value}", False)
accepted("server_max_window_bits without a value is declined", "permessage-deflate; server_max_window_bits", False)
for p in ("server_no_context_takeover", "client_no_context_takeover"):
    accepted(f"{p}=1 is declined", f"permessage-deflate; {p}=1", False)
    accepted(f"{p} twice is declined", f"permessage-deflate; {p}; {p}", False)
accepted("client_max_window_bits twice is declined", "permessage-deflate; client_max_window_bits; client_max_window_bits=10", False)
accepted("server_max_window_bits twice is declined", "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", False)
accepted("an unknown parameter is declined", "permessage-deflate; x_unknown", False)
accepted("an unknown parameter beside known ones is declined", "permessage-deflate; client_max_window_bits; x=1", False)
accepted("a parameter in upper case is unknown", "permessage-deflate; CLIENT_MAX_WINDOW_BITS", False)
accepted("x-webkit-deflate-frame is not it", "x-webkit-deflate-frame", False)


@case("7692 5.1", "a bad offer before a good one: the good one counts")
def second(t):
    got = negotiate(t, "permessage-deflate; server_max_window_bits=7, permessage-deflate; client_no_context_takeover")
    same({"client_no_context_takeover": True}, parameters(got or ""))
    return got


@case("7692 5.1", "two good offers: the first counts")
def first_offer(t):
    got = negotiate(t, ["permessage-deflate; server_no_context_takeover", "permessage-deflate"])
    same(True, "server_no_context_takeover" in parameters(got or ""))
    return got


@case("7692 5.1", "an unknown extension beside it")
def beside(t):
    got = negotiate(t, "x-unknown; a=b, permessage-deflate")
    same({}, parameters(got or ""))
    return got


@case("7692 7.1", "200 offers, the last of them good")
def many_offers(t):
    got = negotiate(t, ", ".join(["permessage-deflate; x"] * 199 + ["permessage-deflate"]))
    same({}, parameters(got or ""))
    return got


# Data (§7.2).
def mirrored(t, frames, changes=PLAIN):
    """Frames (opcode, payload, fin, rsv) come back as they are."""
    return exchange(t, b"".join(frame(*f) for f in frames), [Frame(*f) for f in frames], query=ON, changes=changes)


HELLO = bytes.fromhex("f248cdc9c90700")
for name, frames in {
    "§7.2.3.1, Hello": [(TEXT, HELLO, True, RSV1)],
    "§7.2.3.1, Hello in two fragments": [(TEXT, HELLO[:3], False, RSV1), (CONT, HELLO[3:], True, 0)],
    "§7.2.3.2, Hello twice, the second from the window": [(TEXT, HELLO, True, RSV1), (TEXT, bytes.fromhex("f200110000"), True, RSV1)],
    "§7.2.3.3, a block without compression": [(TEXT, bytes.fromhex("000500faff48656c6c6f00"), True, RSV1)],
    "§7.2.3.4, a block with BFINAL": [(TEXT, bytes.fromhex("f348cdc9c9070000"), True, RSV1)],
    "§7.2.3.5, two blocks": [(TEXT, bytes.fromhex("f248050000 00ffffcac9c90700"), True, RSV1)],
    "§7.2.3.6, an empty message": [(TEXT, b"\0", True, RSV1)],
    "an empty binary message": [(BINARY, b"\0", True, RSV1)],
    "Hello byte by byte": [(CONT if i else TEXT, HELLO[i:i + 1], i == 6, 0 if i else RSV1) for i in range(7)],
    "an empty first fragment": [(TEXT, b"", False, RSV1), (CONT, HELLO, True, 0)],
    "a message without compression between two with": [(TEXT, HELLO, True, RSV1), (TEXT, b"plain", True, 0), (TEXT, bytes.fromhex("f200110000"), True, RSV1)],
    "a fragmented message without compression": [(TEXT, b"a", False, 0), (CONT, b"b", True, 0)],
}.items():
    add("7692 7.2", name, lambda t, f=frames: mirrored(t, f))
add("7692 7.2", "a ping between two compressed fragments", lambda t: exchange(
    t, frame(TEXT, HELLO[:3], False, RSV1) + frame(PING, b"p") + frame(CONT, HELLO[3:]),
    [Frame(TEXT, HELLO[:3], False, RSV1), Frame(PONG, b"p"), Frame(CONT, HELLO[3:])], query=ON, changes=PLAIN))
add("7692 7.2", "a close between two compressed fragments", lambda t: exchange(
    t, frame(TEXT, HELLO[:3], False, RSV1), [Frame(TEXT, HELLO[:3], False, RSV1)], query=ON, changes=PLAIN))


@case("7692 7.2", "100 messages with one window, at each level")
def takeover(t):
    with Peer(t, ON, PLAIN) as peer:
        unpacker, packer = zlib.decompressobj(-15), zlib.compressobj(9, zlib.DEFLATED, -15)
        for i in range(100):
            text = b"".join(chance.choice((b"websocket ", b"frame ", b"\xe2\x82\xac")) for _ in range(chance.randrange(0, 2000)))
            peer.send(frame(TEXT, squeeze(text, packer=packer), rsv=RSV1))
            f = peer.frame()
            same(text, swell(f.payload, unpacker=unpacker), f"message {i + 1}:")
        return "100 inflated in one window, " + converse(peer, b"")


@case("7692 7.2", "random bytes, which compression makes longer")
def longer(t):
    p = squeeze(chance.randbytes(100000))
    return mirrored(t, [(BINARY, p, True, RSV1)])


@case("7692 7.2", "1 MiB of text in 64 compressed fragments")
def large(t):
    text = bytes(chance.choice(b"ab") for _ in range(1 << 16)) * 16
    p = squeeze(text)
    n = len(p) // 64 + 1
    parts = [p[i:i + n] for i in range(0, len(p), n)]
    return mirrored(t, [(CONT if i else TEXT, x, i == len(parts) - 1, 0 if i else RSV1) for i, x in enumerate(parts)])


@case("7692 7.2", "the breakdown says what a compressed message held")
def told(t):
    with Peer(t, "breakdown=json&deflate=on", PLAIN) as peer:
        peer.send(frame(TEXT, HELLO, rsv=RSV1))
        peer.frame()
        f = peer.frame()
        same(0, f.rsv, "the breakdown's RSV:")
        r = json.loads(f.payload)["received"][0]
        same((True, "Hello", 5), (r["rsv1"], r["inflated"]["text"], r["inflated"]["length"]))
        return "Hello, 5 bytes of 7"


# RSV bits where the extension is in use.
for rsv in range(8):
    for opcode, name in ((PING, "a ping"), (PONG, "a pong"), (CLOSE, "a close frame")):
        if rsv:
            add("7692 6.1", f"RSV {rsv:03b} on {name}, with the extension", lambda t, o=opcode, r=rsv: exchange(
                t, frame(o, b"\x03\xe8", rsv=r), code=1002, query=ON, changes=PLAIN))
    if rsv:
        add("7692 6.1", f"RSV {rsv:03b} on a continuation frame, with the extension", lambda t, r=rsv: exchange(
            t, frame(TEXT, HELLO[:3], False, RSV1) + frame(CONT, HELLO[3:], rsv=r), [Frame(TEXT, HELLO[:3], False, RSV1)], code=1002, query=ON, changes=PLAIN))
        add("7692 6.1", f"RSV {rsv:03b} on text, with the extension", lambda t, r=rsv: mirrored(t, [(TEXT, HELLO, True, r)]) if r == RSV1 else exchange(
            t, frame(TEXT, HELLO, rsv=r), code=1002, query=ON, changes=PLAIN))
add("7692 6.1", "RSV1 where no extension was asked for", lambda t: exchange(t, frame(TEXT, HELLO, rsv=RSV1), code=1002, changes=PLAIN))
add("7692 6.1", "RSV1 where an offer was declined", lambda t: exchange(
    t, frame(TEXT, HELLO, rsv=RSV1), code=1002, query=ON, changes={"Sec-WebSocket-Extensions": "permessage-deflate; x"}))
add("7692 6.1", "RSV1 on a reserved opcode, with the extension", lambda t: exchange(t, frame(3, HELLO, rsv=RSV1), code=1002, query=ON, changes=PLAIN))

# Data that is none.
for name, bad in {
    "a block of the reserved type": "07", "all ones": "ffffffff", "a stored block whose lengths disagree": "000500ffff48656c6c6f00",
    "a stored block that is cut off": "000500faff4865", "a distance before the first byte": "f200110000",
    "a fixed code that stands for nothing": "1bff", "Huffman codes that are too many": "fcffffffffff",
}.items():
    add("7692 7.2.2", f"invalid: {name}", lambda t, b=bytes.fromhex(bad): exchange(t, frame(BINARY, b, rsv=RSV1), code=1007, query=ON, changes=PLAIN))
add("7692 7.2.2", "invalid in the last of three fragments", lambda t: exchange(
    t, frame(BINARY, b"", False, RSV1) + frame(CONT, b"", False) + frame(CONT, b"\x07"),
    [Frame(BINARY, b"", False, RSV1), Frame(CONT, b"", False)], code=1007, query=ON, changes=PLAIN))
add("7692 7.1.1.2", "a reference into a window that was to be forgotten", lambda t: exchange(
    t, frame(TEXT, HELLO, rsv=RSV1) + frame(TEXT, bytes.fromhex("f200110000"), rsv=RSV1), [Frame(TEXT, HELLO, rsv=RSV1)], code=1007, query=ON, changes=BOTH))
add("7692 7.2.2", "plain text with RSV1", lambda t: exchange(t, frame(TEXT, b"Hello, this is no DEFLATE", rsv=RSV1), code=1007, query=ON, changes=PLAIN))
for name, text in {"FF": b"abc\xff", "a surrogate": b"\xed\xa0\x80", "half a character at the end": b"\xe2\x82"}.items():
    add("8.1", f"compressed text that is not UTF-8: {name}", lambda t, p=text: exchange(t, frame(TEXT, squeeze(p), rsv=RSV1), code=1007, query=ON, changes=PLAIN))
add("8.1", "compressed binary is never checked", lambda t: mirrored(t, [(BINARY, squeeze(b"\xff\xed\xa0"), True, RSV1)]))


@case("7692 7.2.2", "200 compressed messages with a byte changed, judged by Python's zlib")
def changed(t):
    peer, fine, bad = None, 0, 0
    for _ in range(200):
        p = bytearray(squeeze(bytes(chance.choice(b"abcdefgh ") for _ in range(chance.randrange(1, 400)))))
        p[chance.randrange(len(p))] = chance.randrange(256)
        valid = inflates(bytes(p))
        if valid is None:
            continue
        if peer is None:
            peer = Peer(t, ON, BOTH)
        if valid:
            peer.send(frame(BINARY, bytes(p), rsv=RSV1))
            f = peer.frame()
            if f is None or f != Frame(BINARY, bytes(p), rsv=RSV1):
                raise Failed(f"the mirror of {bytes(p).hex()}", str(f))
            fine += 1
            continue
        try:
            converse(peer, frame(BINARY, bytes(p), rsv=RSV1), code=1007)
        except Failed as e:
            raise Failed(f"1007 for {bytes(p).hex()}", str(e))
        peer.sock.close()
        peer, bad = None, bad + 1
    return f"{fine} valid, {bad} not"


def inflates(p):
    """Whether p is a compressed message by zlib; None where that alone can't tell."""
    try:
        d = zlib.decompressobj(-15)
        d.decompress(p + TAIL + b"\x01\x00\x00\xff\xff")  # a final empty block: whole data ends there
    except zlib.error:
        return False
    if not d.eof:
        return False
    return True if not d.unused_data else None  # a block with BFINAL, and what stands behind it
