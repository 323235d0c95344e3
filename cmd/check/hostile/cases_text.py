"""Text: RFC 6455 §5.6 and §8.1, UTF-8 judged byte by byte and answered at the first bad one."""

import codecs
import time

from plan import Failed, add, case, same, within
from wire import BINARY, CONT, PING, PONG, TEXT, Frame, Peer, chance, converse, ending, exchange, frame, header, mask, KEY, mirrors

GREEK = "κόσμε".encode()
MIXED = "aß€𝄞\u0000\U0010ffff".encode()

# Valid: the first and last code point of each length, and what only looks wrong.
for name, text in {
    "U+0000": "\0", "U+007F": "\x7f", "U+0080": "\x80", "U+07FF": "\u07ff", "U+0800": "\u0800", "U+D7FF, the last before the surrogates": "\ud7ff",
    "U+E000, the first behind them": "\ue000", "U+FFFD": "\ufffd", "U+FFFE, a noncharacter": "\ufffe", "U+FFFF": "\uffff", "U+FEFF as the first": "\ufeffa",
    "U+10000": "\U00010000", "U+1FFFE, a noncharacter": "\U0001fffe", "U+10FFFF, the last": "\U0010ffff", "Greek": "κόσμε",
    "a family joined of seven code points": "👨‍👩‍👧‍👦", "combining marks": "a\u0301\u0302\u0303",
}.items():
    add("8.1", f"valid UTF-8: {name}", lambda t, p=text.encode(): mirrors(t, [(TEXT, p)]))


@case("8.1", "valid UTF-8: one of every 64 code points, in one message")
def plane(t):
    text = "".join(chr(c) for c in range(0, 0x110000, 64) if not 0xD800 <= c < 0xE000)
    return mirrors(t, [(TEXT, text.encode())])


@case("5.6", "valid UTF-8 in two fragments, cut at each byte")
def cut_fragments(t):
    frames = []
    for i in range(len(MIXED) + 1):
        frames += [(TEXT, MIXED[:i], False), (CONT, MIXED[i:], True)]
    return mirrors(t, frames)


@case("5.6", "valid UTF-8, each byte a fragment of its own, a ping behind each")
def byte_fragments(t):
    sent, want = b"", []
    for i in range(len(MIXED)):
        f = (CONT if i else TEXT, MIXED[i:i + 1], i == len(MIXED) - 1)
        sent += frame(*f) + frame(PING, b"\xff")
        want += [Frame(*f), Frame(PONG, b"\xff")]
    return exchange(t, sent, want)


@case("8.1", "valid UTF-8, arriving byte by byte")
def byte_pieces(t):
    data = frame(TEXT, MIXED)
    return exchange(t, [data[i:i + 1] for i in range(len(data))], [Frame(TEXT, MIXED)], pause=0.001)


# Invalid: the bytes, and how many of them it takes to know.
INVALID = {
    "a lone continuation byte 80": ("80", 1), "a lone continuation byte BF": ("bf", 1),
    "C0 80, U+0000 in two bytes": ("c080", 1), "C1 BF, U+007F in two bytes": ("c1bf", 1),
    "E0 80 80, U+0000 in three": ("e08080", 2), "E0 9F BF, U+07FF in three": ("e09fbf", 2),
    "F0 80 80 80, U+0000 in four": ("f0808080", 2), "F0 8F BF BF, U+FFFF in four": ("f08fbfbf", 2),
    "C0 AF, a slash in two bytes": ("c0af", 1), "E0 80 AF, a slash in three": ("e080af", 2), "F0 80 80 AF, a slash in four": ("f08080af", 2),
    "ED A0 80, the first surrogate": ("eda080", 2), "ED AD BF": ("edadbf", 2), "ED AF BF, the last high surrogate": ("edafbf", 2),
    "ED B0 80, the first low surrogate": ("edb080", 2), "ED BF BF, the last surrogate": ("edbfbf", 2),
    "ED A0 BD ED B8 80, a pair of surrogates": ("eda0bdedb880", 2),
    "F4 90 80 80, U+110000": ("f4908080", 2), "F5 80 80 80": ("f5808080", 1), "F7 BF BF BF": ("f7bfbfbf", 1),
    "F8 88 80 80 80, five bytes": ("f888808080", 1), "FC 84 80 80 80 80, six bytes": ("fc8480808080", 1), "FE": ("fe", 1), "FF": ("ff", 1),
    "C3 28, a lead byte before ASCII": ("c328", 2), "E2 28 A1": ("e228a1", 2), "E2 82 28": ("e28228", 3), "F0 28 8C BC": ("f0288cbc", 2),
    "F0 90 28 BC": ("f09028bc", 3), "F0 9D 84 28": ("f09d8428", 4), "a second lead byte C3 C3": ("c3c3", 2), "E2 82 E2 82 AC": ("e282e282ac", 3),
}
for name, (bad, n) in INVALID.items():
    data = bytes.fromhex(bad)
    add("8.1", f"invalid UTF-8: {name}", lambda t, p=data: exchange(t, frame(TEXT, GREEK + p + b"edited"), code=1007))

    def first_bad(t, p=data[:n]):
        """Of a frame that claims 60 000 bytes only those up to the first bad one are sent."""
        front = GREEK + p
        with Peer(t) as peer:
            peer.send(header(TEXT, 60000) + mask(front[:-1], KEY))
            peer.quiet(0.003)  # one byte earlier nothing is wrong yet
            start = time.monotonic()
            peer.send(mask(front, KEY)[-1:])
            last = peer.rest()
            took = time.monotonic() - start
            if len(last) != 1:
                raise Failed("closed 1007", f"{len(last)} frames")
            return f"{ending(peer, last[0], 1007)} after {len(front)} of 60000 bytes, in {1000 * took:.1f} ms"
    add("8.1", f"answered at the first bad byte: {name}", first_bad)

for name, bad in {"C3": "c3", "E2 82": "e282", "E2": "e2", "F0 9D 84": "f09d84", "F0 9D": "f09d", "F4 8F BF": "f48fbf", "ED": "ed"}.items():
    p = bytes.fromhex(bad)
    add("8.1", f"a message that ends inside a character: {name}", lambda t, p=p: exchange(t, frame(TEXT, GREEK + p), code=1007))
    add("8.1", f"a fragmented message that ends inside a character: {name}", lambda t, p=p: exchange(
        t, frame(TEXT, p, fin=False) + frame(CONT), [Frame(TEXT, p, False)], code=1007))


@case("8.1", "each byte from 80 to FF by itself")
def lone(t):
    for b in range(0x80, 0x100):
        try:
            exchange(t, frame(TEXT, bytes([b])), code=1007)
        except Failed as e:
            raise Failed(f"1007 for {b:#x}", str(e))
    return "closed 1007, 128 times"


@case("8.1", "the first byte of a frame of 1 MiB is bad: one byte of it is sent")
def first_of_huge(t):
    with Peer(t) as peer:
        start = time.monotonic()
        peer.send(header(TEXT, 1 << 20) + mask(b"\xff", KEY))
        said = ending(peer, peer.rest()[-1], 1007)
        return f"{said} after 15 of {14 + (1 << 20)} bytes, in {1000 * (time.monotonic() - start):.1f} ms"


@case("8.1", "the first byte of a frame of 16 MiB is bad, and the rest follows", server="large")
def huge_flood(t):
    with Peer(t) as peer:
        start = time.monotonic()
        peer.send(header(TEXT, 16 << 20) + mask(b"\xff", KEY))
        while not peer.ended:
            peer.more()
        took = time.monotonic() - start
        sent = peer.send(bytes(1 << 20))
        said = ending(peer, peer.rest()[-1], 1007)
        within(0, 5, took, "seconds")
        return f"{said} in {1000 * took:.1f} ms, {sent} bytes more sent to nobody"


@case("8.1", "the last byte of 1 MiB is bad: no mirror, only the close")
def last_of_huge(t):
    return exchange(t, frame(TEXT, b"a" * ((1 << 20) - 1) + b"\xff"), code=1007)


add("8.1", "a bad byte in the second fragment", lambda t: exchange(
    t, frame(TEXT, GREEK, fin=False) + frame(CONT, b"\xff", fin=False), [Frame(TEXT, GREEK, False)], code=1007))
add("8.1", "a character that the second fragment breaks off", lambda t: exchange(
    t, frame(TEXT, b"\xe2\x82", fin=False) + frame(CONT, b"a"), [Frame(TEXT, b"\xe2\x82", False)], code=1007))
add("8.1", "a surrogate over two fragments", lambda t: exchange(
    t, frame(TEXT, b"\xed", fin=False) + frame(CONT, b"\xa0\x80"), [Frame(TEXT, b"\xed", False)], code=1007))
add("8.1", "a bad byte behind a ping in mid-message", lambda t: exchange(
    t, frame(TEXT, b"\xc3", fin=False) + frame(PING) + frame(CONT, b"("), [Frame(TEXT, b"\xc3", False), Frame(PONG)], code=1007))
add("8.1", "half a character left by one message does not finish the next", lambda t: exchange(
    t, frame(BINARY, b"\xe2\x82") + frame(TEXT, b"\xac"), [Frame(BINARY, b"\xe2\x82")], code=1007))
add("8.1", "text after text: each judged by itself", lambda t: exchange(
    t, frame(TEXT, "€".encode()) * 50 + frame(TEXT, b"\x80"), [Frame(TEXT, "€".encode())] * 50, code=1007))

# What is never judged.
add("5.6", "binary is never checked", lambda t: mirrors(t, [(BINARY, bytes(range(256))), (BINARY, b"\xff\xfe"), (BINARY, b"\xed\xa0\x80")]))
add("5.6", "binary in fragments is never checked", lambda t: mirrors(t, [(BINARY, b"\xff", False), (CONT, b"\xc0", True)]))
add("5.5.2", "a ping's payload is never checked", lambda t: exchange(t, frame(PING, b"\xff\xc0"), [Frame(PONG, b"\xff\xc0")]))


@case("8.1", "400 random texts, judged by Python's own decoder")
def random_texts(t):
    peer, fine, bad = None, 0, 0
    alphabet = [b"a", b"\xc3", b"\xa9", b"\xe2", b"\x82", b"\xac", b"\xf0", b"\x9d", b"\x84", b"\x9e", b"\xed", b"\x9f", b"\xf4", b"\x8f", b"\xbf", b"\xe0", b"\xa0",
                "é".encode(), "€".encode(), "𝄞".encode(), "\ud7ff".encode(), "\U0010ffff".encode()]
    for _ in range(400):
        p = b"".join(chance.choice(alphabet[17:] if chance.random() < 0.9 else alphabet) for _ in range(chance.randrange(1, 12)))
        peer = peer or Peer(t)
        try:
            p.decode()
        except UnicodeDecodeError:
            bad += 1
            try:
                converse(peer, frame(TEXT, p), code=1007)
            except Failed as e:
                raise Failed(f"1007 for {p.hex()}", str(e))
            peer.sock.close()
            peer = None
            continue
        fine += 1
        peer.send(frame(TEXT, p))
        got = peer.frame()
        if got is None or got != Frame(TEXT, p):
            raise Failed(f"the mirror of {p.hex()}", str(got))
    if peer:
        peer.sock.close()
    return f"{fine} valid, {bad} not"


@case("8.1", "100 random texts broken somewhere: answered at the byte that Python's decoder stops at")
def random_stops(t):
    for _ in range(100):
        good = "".join(chance.choice("aé€𝄞") for _ in range(chance.randrange(0, 40))).encode()
        p = good + chance.randbytes(6) + b"\xff"
        stop = next(i for i in range(len(p)) if breaks(p[:i + 1]))
        with Peer(t) as peer:
            peer.send(header(TEXT, 1000) + mask(p[:stop + 1], KEY))
            got = peer.rest()
            same(1, len(got), "frames:")
            ending(peer, got[0], 1007)
    return "closed 1007, 100 times"


def breaks(p):
    try:
        codecs.getincrementaldecoder("utf-8")().decode(p)
    except UnicodeDecodeError:
        return True
    return False
