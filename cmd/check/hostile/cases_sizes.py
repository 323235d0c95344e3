"""Sizes and floods: the limit of a message before and after inflation, and the memory that an attack takes."""

import functools
import zlib

from plan import Failed, add, case, same
from wire import BINARY, CONT, PING, TEXT, Frame, Peer, converse, ending, exchange, frame, header, mirrors
from cases_deflate import ON, PLAIN, RSV1, TAIL, squeeze

MIB = 1 << 20

# Over the limit by what a header claims: answered before any payload has come.
for n in (MIB + 1, 2 * MIB, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 40, (1 << 63) - 1):
    add("10.4", f"a frame that claims {n} bytes: the header alone is sent", lambda t, n=n: exchange(t, header(BINARY, n), code=1009))
add("10.4", "a text frame over the limit", lambda t: exchange(t, frame(TEXT, b"x" * (MIB + 1)), code=1009))
add("10.4", "over the limit by the last byte, in two fragments", lambda t: exchange(
    t, frame(BINARY, bytes(MIB), fin=False) + header(CONT, 1), [Frame(BINARY, bytes(MIB), False)], code=1009))
add("10.4", "over the limit in 17 fragments of 64 KiB", lambda t: exchange(
    t, b"".join(frame(CONT if i else BINARY, bytes(65536), fin=False) for i in range(17)),
    [Frame(CONT if i else BINARY, bytes(65536), False) for i in range(16)], code=1009))
add("10.4", "a fragment that claims 2^63-1 behind one of 1 byte", lambda t: exchange(
    t, frame(TEXT, b"a", fin=False) + header(CONT, (1 << 63) - 1), [Frame(TEXT, b"a", False)], code=1009))
add("10.4", "just the limit, then just the limit again", lambda t: mirrors(t, [(BINARY, bytes(MIB))] * 2))
add("10.4", "just the limit in fragments, with pings that do not count", lambda t: exchange(
    t, frame(BINARY, bytes(MIB - 1), fin=False) + frame(PING, bytes(125)) + frame(CONT, b"x"),
    [Frame(BINARY, bytes(MIB - 1), False), Frame(0xA, bytes(125)), Frame(CONT, b"x")]))
add("10.4", "16 MiB and one byte, where 16 MiB may come", lambda t: exchange(t, header(BINARY, 16 * MIB + 1), code=1009), server="large")
add("10.4", "1 MiB and one byte, where 16 MiB may come", lambda t: mirrors(t, [(BINARY, bytes(MIB + 1))]), server="large")


@case("10.4", "the reason of 1009 names the limit")
def named(t):
    with Peer(t) as peer:
        peer.send(header(BINARY, MIB + 1))
        said = str(peer.rest()[-1])
        if "max-message" not in said:
            raise Failed("a reason with max-message", said)
        return said


# After inflation.
for n, code in ((MIB - 1, 1000), (MIB, 1000), (MIB + 1, 1009), (2 * MIB, 1009)):
    p = squeeze(bytes(n))
    add("10.4", f"{len(p)} bytes that inflate to {n}", lambda t, p=p, c=code: exchange(
        t, frame(BINARY, p, rsv=RSV1), [Frame(BINARY, p, rsv=RSV1)] if c == 1000 else [], c, query=ON, changes=PLAIN))
add("10.4", "a text message that inflates to one byte too many", lambda t: exchange(
    t, frame(TEXT, squeeze(b"x" * (MIB + 1)), rsv=RSV1), code=1009, query=ON, changes=PLAIN))
add("10.4", "one byte too many after inflation, in two fragments", lambda t, p=squeeze(bytes(MIB + 1)): exchange(
    t, frame(BINARY, p[:500], False, RSV1) + frame(CONT, p[500:]), [Frame(BINARY, p[:500], False, RSV1)], code=1009, query=ON, changes=PLAIN))


@functools.cache
def bomb(size):
    """A payload below 1 MiB that inflates to about size zeros: whole blocks, each by itself."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(bytes(16 * MIB))
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(16 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return (block * (size // (16 * MIB)))[:-4]


@case("10.4", "a deflate bomb: under 1 MiB that inflate to 960 MiB", own=True)
def one_bomb(t):
    p = bomb(960 * MIB)
    same(True, len(p) < MIB, "under 1 MiB:")
    return t.process.grows(lambda: exchange(t, frame(BINARY, p, rsv=RSV1), code=1009, query=ON, changes=PLAIN), 48 * MIB)


@case("10.4", "ten bombs at once", own=True)
def ten_bombs(t):
    p = frame(BINARY, bomb(320 * MIB), rsv=RSV1)

    def attack():
        peers = [Peer(t, ON, PLAIN) for _ in range(10)]
        for peer in peers:
            peer.send(p)
        said = {ending(peer, peer.rest()[-1], 1009) for peer in peers}
        for peer in peers:
            peer.sock.close()
        return ", ".join(said)
    return t.process.grows(attack, 96 * MIB)


@case("10.4", "a bomb in 1000 fragments, where 16 MiB may come", server="large")
def pieces_bomb(t):
    p = bomb(960 * MIB)
    n = len(p) // 1000 + 1
    parts = [p[i:i + n] for i in range(0, len(p), n)]
    frames = [(CONT if i else BINARY, x, i == len(parts) - 1, 0 if i else RSV1) for i, x in enumerate(parts)]
    return t.process.grows(lambda: exchange(
        t, b"".join(frame(*f) for f in frames), [Frame(*f) for f in frames[:-1]], code=1009, query=ON, changes=PLAIN), 160 * MIB)


# Floods of what costs the attacker little.
@case("10.4", "200 connections that claim 1 MiB each and send one byte of it", own=True)
def claims(t):
    def attack():
        peers = [Peer(t) for _ in range(200)]
        for peer in peers:
            peer.send(header(BINARY, MIB) + b"x")
        said = exchange(t, frame(TEXT, b"x"), [Frame(TEXT, b"x")])
        for peer in peers:
            peer.reset()
        return said
    return t.process.grows(attack, 48 * MIB)


@case("10.4", "100 000 empty fragments", own=True)
def empty_fragments(t):
    sent = frame(TEXT, b"", fin=False) + frame(CONT, b"", fin=False) * 100000 + frame(CONT, b"x")
    want = [Frame(TEXT, b"", False)] + [Frame(CONT, b"", False)] * 100000 + [Frame(CONT, b"x")]
    return t.process.grows(lambda: exchange(t, sent, want), 48 * MIB)


@case("10.4", "100 000 fragments of one byte, explained", own=True)
def tiny_fragments(t):
    def attack():
        with Peer(t, "breakdown=json") as peer:
            peer.send(frame(BINARY, b"x", fin=False) + frame(CONT, b"x", fin=False) * 99998 + frame(CONT, b"x"))
            for _ in range(100000):
                peer.frame()
            return f"breakdown of {len(peer.frame().payload) >> 10} KiB"
    return t.process.grows(attack, 48 * MIB)


@case("10.4", "50 000 empty messages in one write", own=True)
def empty_messages(t):
    return t.process.grows(lambda: exchange(t, frame(BINARY) * 50000, [Frame(BINARY)] * 50000), 48 * MIB)


FINAL = b"\x03\x00"  # an empty block of the fixed code with BFINAL set


@case("7692 7.2.3.4", "4000 blocks with BFINAL set in one message")
def final_blocks(t):
    p = FINAL * 4000 + b"\0"
    return exchange(t, frame(BINARY, p, rsv=RSV1), [Frame(BINARY, p, rsv=RSV1)], query=ON, changes=PLAIN)


@case("10.4", "a flood of blocks with BFINAL set: half a million in 1 MiB", own=True)
def final_flood(t):
    p = frame(BINARY, FINAL * (MIB // 2 - 10) + b"\0", rsv=RSV1)
    return t.process.grows(lambda: exchange(t, p, code=1008, query=ON, changes=PLAIN), 48 * MIB)


@case("10.4", "a flood of empty stored blocks: 200 000 in 1 MiB, and nothing after inflation", own=True)
def stored_flood(t):
    p = (b"\0" + TAIL) * 200000 + b"\0"
    return t.process.grows(lambda: exchange(t, frame(BINARY, p, rsv=RSV1), [Frame(BINARY, p, rsv=RSV1)], query=ON, changes=PLAIN), 48 * MIB)


@case("10.4", "a compressed message that never ends, in empty fragments")
def endless(t):
    with Peer(t, ON, PLAIN) as peer:
        peer.send(frame(BINARY, b"", False, RSV1) + frame(CONT, b"", False) * 20000)
        return converse(peer, b"", [Frame(BINARY, b"", False, RSV1)] + [Frame(CONT, b"", False)] * 20000)


@case("10.4", "a compressed message over the limit before inflation")
def over_before(t):
    return exchange(t, header(BINARY, MIB + 1, rsv=RSV1), code=1009, query=ON, changes=PLAIN)
