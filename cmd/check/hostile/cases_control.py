"""Control frames: RFC 6455 §5.5, pings and pongs."""

import json

from plan import Failed, add, case, same
from wire import BINARY, CLOSE, PING, PONG, TEXT, Frame, Peer, chance, converse, exchange, frame, header

for n in (0, 1, 64, 124, 125):
    add("5.5.2", f"a ping of {n} bytes", lambda t, p=chance.randbytes(n): exchange(t, frame(PING, p), [Frame(PONG, p)]))
    add("5.5.3", f"a pong of {n} bytes that nobody asked for", lambda t, p=chance.randbytes(n): exchange(t, frame(PONG, p)))
for opcode, name in ((PING, "ping"), (PONG, "pong"), (CLOSE, "close")):
    for n in (126, 127, 1000, 65536):
        add("5.5", f"a {name} of {n} bytes", lambda t, o=opcode, n=n: exchange(t, frame(o, b"\x03\xe8" + b"x" * (n - 2)), code=1002))
    add("5.5", f"a {name} that claims 4 GiB", lambda t, o=opcode: exchange(t, header(o, 1 << 32), code=1002))
add("5.5", "a ping of 125 bytes in the 16-bit form", lambda t: exchange(t, frame(PING, bytes(125), form=16), code=1002))

add("5.5.2", "1000 pings in one write", lambda t: exchange(
    t, b"".join(frame(PING, b"%d" % i) for i in range(1000)), [Frame(PONG, b"%d" % i) for i in range(1000)]))
add("5.5.2", "10 000 pings of 125 bytes in one write", lambda t: exchange(
    t, frame(PING, bytes(125)) * 10000, [Frame(PONG, bytes(125))] * 10000))
add("5.5.3", "10 000 pongs that nobody asked for", lambda t: exchange(t, frame(PONG, b"x") * 10000 + frame(TEXT, b"a"), [Frame(TEXT, b"a")]))
add("5.5.2", "a ping byte by byte", lambda t: exchange(
    t, [frame(PING, b"slow")[i:i + 1] for i in range(10)], [Frame(PONG, b"slow")]))
add("5.5.2", "pings before, between and behind messages", lambda t: exchange(
    t, frame(PING, b"1") + frame(TEXT, b"a") + frame(PING, b"2") + frame(BINARY, b"b") + frame(PING, b"3"),
    [Frame(PONG, b"1"), Frame(TEXT, b"a"), Frame(PONG, b"2"), Frame(BINARY, b"b"), Frame(PONG, b"3")]))


@case("5.5.2", "a ping behind a message of 1 MiB in the same write")
def behind(t):
    big = chance.randbytes(1 << 20)
    return exchange(t, frame(BINARY, big) + frame(PING, b"p"), [Frame(BINARY, big), Frame(PONG, b"p")])


@case("5.5.2", "a ping in mid-message is listed in the breakdown, its pong too")
def listed(t):
    with Peer(t, "breakdown=json") as peer:
        peer.send(frame(TEXT, b"a", fin=False) + frame(PING, b"hi") + frame(0, b"b"))
        got = [peer.frame() for _ in range(4)]
        if got[1] != Frame(PONG, b"hi"):
            raise Failed("the pong second", str(got[1]))
        control = json.loads(got[3].payload)["control"]
        same([(9, "6869"), (10, "6869")], [(c["opcode"], c.get("unmasked", c["payload"])) for c in control], "control:")
        return converse(peer, b"")


@case("5.5.2", "10 000 pings, then a message: the breakdown stays small")
def bounded(t):
    with Peer(t, "breakdown=json") as peer:
        peer.send(frame(PING, bytes(125)) * 10000 + frame(TEXT, b"a"))
        for i in range(10000):
            if peer.frame() != Frame(PONG, bytes(125)):
                raise Failed(f"pong {i + 1}", "something else")
        peer.frame()
        told = peer.frame()
        said = json.loads(told.payload)
        if len(told.payload) > 256 << 10 or len(said["control"]) > 100:
            raise Failed("a bounded list", f"{len(said['control'])} of them in {len(told.payload)} bytes")
        return f"{len(said['control'])} listed in {len(told.payload) >> 10} KiB"
