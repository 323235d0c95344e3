"""Messages in fragments: RFC 6455 §5.4."""

from plan import add
from wire import BINARY, CLOSE, CONT, PING, PONG, TEXT, Frame, chance, exchange, frame, mirrors


def fragments(opcode, parts):
    return [(CONT if i else opcode, p, i == len(parts) - 1) for i, p in enumerate(parts)]


for name, parts in {
    "2 pieces": [b"Hel", b"lo"], "3 pieces": [b"a", b"bc", b"def"], "1000 pieces": [b"x"] * 1000,
    "an empty first piece": [b"", b"abc"], "an empty last piece": [b"abc", b""], "an empty piece between": [b"a", b"", b"c"],
    "nothing but empty pieces": [b"", b"", b""], "1000 empty pieces": [b""] * 1000,
    "pieces of each form": [b"x" * 5, b"y" * 126, b"z" * 65536, b""],
}.items():
    add("5.4", f"text in {name}", lambda t, p=parts: mirrors(t, fragments(TEXT, p)))
    add("5.4", f"binary in {name}", lambda t, p=parts: mirrors(t, fragments(BINARY, p)))

add("5.4", "a hundred fragmented messages in one write",
    lambda t: mirrors(t, [f for i in range(100) for f in fragments(TEXT, [b"a" * i, b"b", b""])]))

# Control frames between.
add("5.4", "a ping between two fragments is answered before the second", lambda t: exchange(
    t, frame(TEXT, b"a", fin=False) + frame(PING, b"p") + frame(CONT, b"b"), [Frame(TEXT, b"a", False), Frame(PONG, b"p"), Frame(CONT, b"b")]))
add("5.4", "a ping in mid-message is answered before the message has ended", lambda t: exchange(
    t, [frame(TEXT, b"a", fin=False) + frame(PING, b"p"), frame(CONT, b"b")], [Frame(TEXT, b"a", False), Frame(PONG, b"p"), Frame(CONT, b"b")], pause=0.05))
add("5.4", "a pong between two fragments", lambda t: exchange(
    t, frame(TEXT, b"a", fin=False) + frame(PONG, b"p") + frame(CONT, b"b"), [Frame(TEXT, b"a", False), Frame(CONT, b"b")]))


def many_pings(t):
    sent, want = frame(TEXT, b"", fin=False), [Frame(TEXT, b"", False)]
    for i in range(100):
        sent += frame(PING, b"%d" % i) + frame(CONT, b"x", fin=i == 99)
        want += [Frame(PONG, b"%d" % i), Frame(CONT, b"x", i == 99)]
    return exchange(t, sent, want)


add("5.4", "100 pings between 101 fragments", many_pings)
add("5.4", "a close frame between two fragments", lambda t: exchange(t, frame(TEXT, b"a", fin=False), [Frame(TEXT, b"a", False)]))
add("5.4", "a control frame as the first thing, then a fragmented message", lambda t: exchange(
    t, frame(PING) + frame(BINARY, b"a", fin=False) + frame(CONT, b"b"), [Frame(PONG), Frame(BINARY, b"a", False), Frame(CONT, b"b")]))

# Fragments out of place.
for fin in (True, False):
    end = "FIN 1" if fin else "FIN 0"
    for payload in (b"", b"stray"):
        add("5.4", f"a stray continuation frame, {end}, {len(payload)} bytes", lambda t, f=fin, p=payload: exchange(t, frame(CONT, p, fin=f), code=1002))
    add("5.4", f"a continuation frame behind a whole message, {end}", lambda t, f=fin: exchange(
        t, frame(TEXT, b"a") + frame(CONT, b"b", fin=f), [Frame(TEXT, b"a")], code=1002))
    add("5.4", f"a continuation frame behind a fragmented message, {end}", lambda t, f=fin: exchange(
        t, frame(TEXT, b"a", fin=False) + frame(CONT, b"b") + frame(CONT, b"c", fin=f), [Frame(TEXT, b"a", False), Frame(CONT, b"b")], code=1002))
    for first in (TEXT, BINARY):
        for second in (TEXT, BINARY):
            add("5.4", f"opcode {second} in mid-message of opcode {first}, {end}", lambda t, a=first, b=second, f=fin: exchange(
                t, frame(a, b"a", fin=False) + frame(b, b"b", fin=f), [Frame(a, b"a", False)], code=1002))
add("5.4", "a new message after a ping in mid-message", lambda t: exchange(
    t, frame(TEXT, b"a", fin=False) + frame(PING) + frame(TEXT, b"b"), [Frame(TEXT, b"a", False), Frame(PONG)], code=1002))

# Fragmented control frames.
for opcode, name in ((PING, "ping"), (PONG, "pong"), (CLOSE, "close")):
    for payload in (b"", b"\x03\xe8"):
        add("5.5", f"a fragmented {name} of {len(payload)} bytes", lambda t, o=opcode, p=payload: exchange(
            t, frame(o, p, fin=False) + frame(CONT, b"x"), code=1002))
add("5.5", "a fragmented ping in mid-message", lambda t: exchange(
    t, frame(TEXT, b"a", fin=False) + frame(PING, b"p", fin=False), [Frame(TEXT, b"a", False)], code=1002))


def random_messages(t):
    sent, want = b"", []
    for _ in range(60):
        opcode = chance.choice((TEXT, BINARY))
        parts = [b"q" * chance.choice((0, 1, 125, 126, 1000)) for _ in range(chance.randrange(1, 6))]
        for f in fragments(opcode, parts):
            sent += frame(*f, key=chance.randbytes(4))
            want.append(Frame(*f))
            if chance.random() < 0.3:
                p = chance.randbytes(chance.randrange(126))
                sent += frame(PING, p)
                want.append(Frame(PONG, p))
    return exchange(t, sent, want)


add("5.4", "60 messages in random fragments with pings between", random_messages)
