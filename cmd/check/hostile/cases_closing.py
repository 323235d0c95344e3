"""The closing handshake: RFC 6455 §5.5.1 and §7."""

import time

from plan import Failed, add, case, same
from wire import BINARY, CLOSE, CONT, PING, PONG, TEXT, Frame, Peer, closed, closing, ending, exchange, frame, listing
from server import wait_for


def says(t, data, code, want=(), query="breakdown=off"):
    """data is answered by frames and a close frame with code, and then by the server's FIN."""
    with Peer(t, query) as peer:
        peer.send(data)
        got = peer.rest()
        same([str(f) for f in want], [str(f) for f in got[:-1]], "before the close:")
        if not got or got[-1].opcode != CLOSE:
            raise Failed(f"closed {code}", listing(got))
        return ending(peer, got[-1], code)


for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000, 4001, 4999):
    add("7.4", f"code {code} is answered by itself", lambda t, c=code: says(t, closing(c), c))
    add("7.4", f"code {code} with a reason", lambda t, c=code: says(t, closing(c, "au revoir à tous".encode()), c))
for code in (0, 1, 125, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 32768, 65535):
    add("7.4", f"code {code} must not be sent", lambda t, c=code: says(t, closing(c), 1002))
add("7.4", "code 1006 with a reason must not be sent", lambda t: says(t, closing(1006, b"abnormal"), 1002))

add("5.5.1", "no body", lambda t: says(t, closing(), None))
add("5.5.1", "a body of 1 byte", lambda t: says(t, frame(CLOSE, b"\x03"), 1002))
add("5.5.1", "a reason of 123 bytes", lambda t: says(t, closing(1000, b"r" * 123), 1000))
add("5.5.1", "a reason of 124 bytes", lambda t: says(t, closing(1000, b"r" * 124), 1002))
add("5.5.1", "a reason of 123 bytes that ends in mid-character", lambda t: says(t, closing(1000, b"r" * 122 + b"\xc3"), 1007))
for bad in ("ff", "c080", "eda080", "f4908080", "e282", "61ff"):
    add("8.1", f"a reason that is not UTF-8: {bad}", lambda t, b=bytes.fromhex(bad): says(t, closing(1000, b), 1007))
add("8.1", "a reason in four-byte characters", lambda t: says(t, closing(1000, "𝄞".encode() * 30), 1000))


@case("5.5.1", "a close frame byte by byte")
def slow(t):
    data = closing(1000, b"bye")
    with Peer(t) as peer:
        peer.pieces([data[i:i + 1] for i in range(len(data))])
        return ending(peer, peer.rest()[-1], 1000)


# Behind a close frame nothing counts any more.
for name, data in {
    "text": frame(TEXT, b"late"), "a ping": frame(PING, b"late"), "a second close frame": closing(1001), "the same close frame": closing(1000),
    "an invalid frame": b"\xff\xff\xff\xff", "an unmasked frame": frame(TEXT, b"x", key=None), "1 MiB": frame(BINARY, bytes(1 << 20)),
    "half a header": b"\x81",
}.items():
    add("5.5.1", f"behind the close frame: {name} is ignored", lambda t, d=data: says(t, closing(1000) + d, 1000))
    add("5.5.1", f"behind a violation: {name} is ignored", lambda t, d=data: says(t, frame(3) + d, 1002))


@case("5.5.1", "behind a violation: 8 MiB on their way still let the close frame arrive")
def flood_behind(t):
    with Peer(t) as peer:
        peer.send(frame(TEXT, b"\xff") + bytes(8 << 20))
        return ending(peer, peer.rest()[-1], 1007)


add("5.5.1", "a close frame in mid-message", lambda t: says(t, frame(TEXT, b"a", fin=False) + closing(1000), 1000, [Frame(TEXT, b"a", False)]))
add("5.5.1", "messages before the close frame in the same write are answered first", lambda t: says(
    t, frame(TEXT, b"a") + frame(PING, b"p") + closing(1000), 1000, [Frame(TEXT, b"a"), Frame(PONG, b"p")]))
add("5.5.1", "two violations: the first counts", lambda t: says(t, frame(TEXT, b"\xff") + frame(3), 1007))
add("5.5.1", "an unmasked close frame", lambda t: says(t, frame(CLOSE, b"\x03\xe8", key=None), 1002))


@case("5.5.1", "the close frame names the rule and its section")
def reason(t):
    for data, section in ((frame(3), "5.2"), (frame(TEXT, b"a", key=None), "5.1"), (frame(CONT), "5.4"), (frame(PING, fin=False), "5.5"),
                          (frame(TEXT, b"\xff"), "8.1"), (frame(CLOSE, b"x"), "5.5.1"), (closing(1005), "7.4")):
        with Peer(t) as peer:
            peer.send(data)
            said = closed(peer.rest()[-1])
            if f"RFC 6455 §{section})" not in said:
                raise Failed(f"a reason with §{section}", said)
    return "7 of 7"


# Who ends TCP.
@case("7.1.1", "the server ends TCP first, at once, while the client keeps its side open")
def server_first(t):
    with Peer(t) as peer:
        start = time.monotonic()
        peer.send(closing(1000))
        ending(peer, peer.rest()[-1], 1000)
        took = time.monotonic() - start
        if took > 5:
            raise Failed("a FIN at once", f"after {took:.1f} s")
        return f"FIN after {1000 * took:.1f} ms"


@case("7.1.1", "a client that closes and goes on sending is left after a while", meanwhile=True)
def goes_on(t):
    with Peer(t) as peer:
        peer.send(closing(1000))
        peer.rest()
        start = time.monotonic()
        while peer.send(b"?") and not peer.broken():
            time.sleep(0.25)
            if time.monotonic() - start > 15:
                raise Failed("an end within 15 s", "a connection that stands")
        return f"left after {time.monotonic() - start:.1f} s of a byte each 0.25 s"


@case("7.1.1", "a client that closes and never ends TCP is left after a while", meanwhile=True)
def falls_silent(t):
    with Peer(t) as peer:
        peer.send(closing(1000))
        peer.rest()
        time.sleep(4)
        peer.send(b"?")
        wait_for("RST: nobody is there", peer.broken, 2)
        return "left within 4 s"


@case("7.2.1", "half-closed without a close frame")
def half(t):
    with Peer(t) as peer:
        peer.send(frame(TEXT, b"last"))
        peer.half_close()
        got = peer.rest()
        if not got or got[0] != Frame(TEXT, b"last"):
            raise Failed("the mirror of what was sent before", listing(got))
        same("FIN", peer.ended)
        return "mirrored 1, then the server's FIN"


@case("7.2.1", "half-closed behind a close frame")
def half_closed(t):
    with Peer(t) as peer:
        peer.send(closing(1000))
        peer.half_close()
        return ending(peer, peer.rest()[-1], 1000)


@case("7.2.1", "a reset at each stage: the server stays")
def resets(t):
    for data in (b"", b"\x81", frame(BINARY, bytes(300))[:9], frame(BINARY, bytes(300))[:200], frame(TEXT, b"a", fin=False), frame(PING) * 500,
                 frame(BINARY, bytes(1 << 20)), closing(1000), frame(3)):
        for _ in range(5):
            peer = Peer(t)
            peer.deaf = True
            peer.send(data, 0.2)
            peer.reset()
    return "45 resets, " + says(t, closing(1000), 1000)


@case("7.2.1", "sockets closed without a word: their places are free again", server="large")
def places(t):
    for _ in range(60):  # more than twice --address-sockets
        with Peer(t) as peer:
            peer.send(frame(TEXT, b"x"))
        wait_for("a free place", lambda: free(t), 5)
    return "60 after each other, where 24 may be open"


def free(t):
    try:
        with Peer(t):
            return True
    except Failed as e:
        if "429" in str(e):
            return False
        raise


@case("7.3", "a whole conversation after all of this")
def whole(t):
    return exchange(t, frame(TEXT, b"Spang"), [Frame(TEXT, b"Spang")])
