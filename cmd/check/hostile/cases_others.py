"""The program's other sockets, and the echo that gorilla holds: they may be laxer, and must stand as fast."""

import json

from plan import Failed, add, case, same
from wire import BINARY, CLOSE, CONT, PING, PONG, TEXT, Frame, Line, Peer, chance, closing, converse, exchange, frame, header, listing
from cases_deflate import PLAIN, RSV1
from cases_sizes import FINAL, bomb

MIB = 1 << 20
GORILLA = "breakdown=json&deflate=on&library=gorilla"


def new_wire():
    return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(13))


def ends(peer):
    """Reads on to the end, which has to come; says what it was."""
    got = peer.rest()
    return f"{listing([f for f in got if f.opcode == CLOSE][-1:])}, then {peer.ended}"


# The echo that a library holds.
def library(name, data, most=48):
    def attack(t):
        with Peer(t, GORILLA, PLAIN) as peer:
            peer.send(data() + closing(1000))
            return ends(peer)
    add("10.4", f"held by gorilla: {name}", lambda t: t.process.grows(lambda: attack(t), most * MIB), own=True)


library("a deflate bomb of 960 MiB", lambda: frame(BINARY, bomb(960 * MIB), rsv=RSV1))
library("a flood of blocks with BFINAL set", lambda: frame(BINARY, FINAL * (MIB // 2 - 10) + b"\0", rsv=RSV1))
library("100 000 fragments of one byte", lambda: frame(BINARY, b"x", fin=False) + frame(CONT, b"x", fin=False) * 99998 + frame(CONT, b"x"))
library("a fragmented message that never ends, of 4 MiB", lambda: frame(BINARY, b"x", fin=False) + frame(CONT, bytes(65536), fin=False) * 64)
library("10 000 pings, then a message", lambda: frame(PING, bytes(125)) * 10000 + frame(TEXT, b"x"))
library("a frame that claims 2^62 bytes", lambda: header(BINARY, 1 << 62) + bytes(8 * MIB))
library("a length with its top bit set", lambda: header(BINARY, 1 << 63))
library("8 MiB of random bytes for frames", lambda: chance.randbytes(8 * MIB))


# The feed of a wire, and that of its exercises: what a viewer sends means nothing.
SOCKETS = {"the wire's feed": "/wire/{}/feed?after=0", "the exercises' socket": "/wire/{}/exercises"}
for where, path in SOCKETS.items():
    for name, data in {
        "an unmasked frame": frame(TEXT, b"x", key=None), "a reserved opcode": frame(3), "RSV1 to RSV3": frame(TEXT, b"x", rsv=7),
        "a stray continuation": frame(CONT, b"x"), "a message of 1 MiB": frame(BINARY, bytes(MIB)), "8 MiB that claim to be 2^62 bytes": header(BINARY, 1 << 62) + bytes(8 * MIB),
        "a deflate bomb of 320 MiB": frame(BINARY, bomb(320 * MIB), rsv=RSV1), "fragments that never end": frame(TEXT, b"x", fin=False) + frame(CONT, bytes(100), fin=False) * 10000,
    }.items():
        def attack(t, path=path, data=data):
            with Peer(t, changes=PLAIN, path=path.format(new_wire())) as peer:
                peer.send(data)
                return ends(peer)
        add("10.4", f"{where}, ended by {name}", lambda t, a=attack: t.process.grows(lambda: a(t), 48 * MIB), own=True)

    def closes(t, path=path):
        with Peer(t, path=path.format(new_wire())) as peer:
            peer.send(closing(1000))
            got = peer.rest()
            same("closed 1000", str(got[-1]) if got else "nothing")
            return "closed 1000"
    add("5.5.1", f"{where}: a close frame is answered", closes)

    def foreign(t, path=path):
        with Line(t) as line:
            line.send(b"GET " + path.format(new_wire()).encode() + b" HTTP/1.1\r\nHost: " + t.address.encode() + b"\r\nUpgrade: websocket\r\n"
                      b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://evil.example\r\n\r\n")
            same(403, line.response().status)
            return "403"
    add("10.2", f"{where}: a foreign page is refused", foreign)


@case("10.4", "a viewer that never reads, while 20 000 frames cross its wire", own=True)
def viewer(t):
    wire = new_wire()

    def attack():
        with Peer(t, path=f"/wire/{wire}/feed?after=0", receive_buffer=4096), Peer(t, "breakdown=off&wire=" + wire) as busy:
            for _ in range(20):
                busy.send(frame(BINARY, bytes(500)) * 1000)
                for _ in range(1000):
                    if busy.frame() != Frame(BINARY, bytes(500)):
                        raise Failed("a mirror", "none")
            return "mirrored 20000, " + converse(busy, b"")
    return t.process.grows(attack, 96 * MIB)


@case("5.5.2", "the server's own ping in mid-message stands between two frames")
def own_ping(t):
    wire = new_wire()
    with Peer(t, "breakdown=json&wire=" + wire) as peer:
        peer.send(frame(TEXT, b"a", fin=False))
        first = peer.frame()
        with Line(t) as line:
            line.send(f"POST /lab/echo/ping?wire={wire} HTTP/1.1\r\nHost: {t.address}\r\nContent-Length: 0\r\n\r\n".encode())
            same(200, line.response().status)
        ping = peer.frame()
        same((PING, True, 0), (ping.opcode, ping.fin, ping.rsv))
        peer.send(frame(PONG, b"another") + frame(PONG, ping.payload) + frame(CONT, b"b"))
        second, told = peer.frame(), json.loads(peer.frame().payload)
        if [first, second] != [Frame(TEXT, b"a", False), Frame(CONT, b"b")]:
            raise Failed("both mirrors", listing([first, second]))
        pongs = [c for c in told["control"] if c["opcode"] == PONG]
        same([False, True], ["rtt" in c for c in pongs], "a time for the pong that answers it alone:")
        return f"{ping.payload.decode()!r} answered, {converse(peer, b'')}"


@case("5.5.2", "pings asked for 100 times, and never answered")
def unanswered(t):
    wire = new_wire()
    with Peer(t, "breakdown=json&wire=" + wire) as peer, Line(t) as line:
        for _ in range(100):
            line.send(f"POST /lab/echo/ping?wire={wire} HTTP/1.1\r\nHost: {t.address}\r\nContent-Length: 0\r\n\r\n".encode())
            same(200, line.response().status)
            same(PING, peer.frame().opcode)
        return "100 pings, " + exchange(t, frame(TEXT, b"x"), [Frame(TEXT, b"x")])
