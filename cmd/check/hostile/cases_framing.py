"""Framing: RFC 6455 §5.1 to §5.3, the bits of a header, its lengths, its key, and where it is cut."""

import json

from plan import Failed, add, case, same
from wire import (BINARY, CLOSE, CONT, NAMES, PING, PONG, TEXT, Frame, Peer, chance, closing, converse, exchange, frame, header,
                  mirrors)

LENGTHS = [0, 1, 2, 124, 125, 126, 127, 128, 255, 256, 4095, 4096, 16384, 65534, 65535, 65536, 65537, 131072, (1 << 20) - 1, 1 << 20]

# Every length at the boundaries of its form.
for n in LENGTHS:
    add("5.2", f"a binary frame of {n} bytes", lambda t, n=n: mirrors(t, [(BINARY, chance.randbytes(n))]))
    add("5.2", f"a text frame of {n} bytes", lambda t, n=n: mirrors(t, [(TEXT, b"*" * n)]))


@case("5.2", "16 MiB in one frame", server="large")
def huge(t):
    return mirrors(t, [(BINARY, chance.randbytes(16 << 20))])


@case("5.2", "16 MiB of text in one frame", server="large")
def huge_text(t):
    return mirrors(t, [(TEXT, "ß€𝄞 ab".encode() * ((16 << 20) // 12))])


@case("5.4", "16 MiB in 16 frames", server="large")
def huge_fragments(t):
    part = chance.randbytes(1 << 20)
    return mirrors(t, [(CONT if i else BINARY, part, i == 15) for i in range(16)])


@case("5.4", "16 MiB in 4096 frames", server="large")
def huge_small_fragments(t):
    part = chance.randbytes(4096)
    return mirrors(t, [(CONT if i else BINARY, part, i == 4095) for i in range(4096)])


# Lengths that are not in their shortest form.
for form, n in [(16, 0), (16, 1), (16, 5), (16, 124), (16, 125), (64, 0), (64, 5), (64, 125), (64, 126), (64, 127), (64, 65535)]:
    for opcode in (TEXT, BINARY, PING, CLOSE):
        if opcode in (PING, CLOSE) and n > 125:
            continue
        add("5.2", f"length {n} in the {form}-bit form, {NAMES[opcode]}",
            lambda t, o=opcode, n=n, f=form: exchange(t, frame(o, b"\x03\xe8" + b"x" * (n - 2) if o == CLOSE and n > 1 else b"x" * n, form=f), code=1002))
for length in (1 << 63, (1 << 63) + 5, (1 << 64) - 1, (1 << 63) + (1 << 32)):
    add("5.2", f"length {length:#x}: the top bit set", lambda t, n=length: exchange(t, header(BINARY, n, form=64), code=1002))

# The answer comes at the byte that breaks the rule, before the header has ended.
for name, front in {
    "RSV1, at the first byte": b"\xc1", "RSV2, at the first byte": b"\xa1", "RSV3, at the first byte": b"\x91",
    "opcode 3, at the first byte": b"\x83", "opcode B, at the first byte": b"\x8b", "a fragmented ping, at the first byte": b"\x09",
    "a fragmented close, at the first byte": b"\x08", "a stray continuation, at the first byte": b"\x80",
    "no mask, at the second byte": b"\x81\x05", "a ping of 126, at the second byte": b"\x89\xfe", "a close of 127 form, at the second byte": b"\x88\xff",
    "length 5 in 16 bits, at the fourth byte": b"\x82\xfe\x00\x05", "the top bit of the length, at the third byte": b"\x82\xff\x80",
    "length 65535 in 64 bits, at the tenth byte": b"\x82\xff\0\0\0\0\0\0\xff\xff",
}.items():
    add("5.2", f"answered early: {name}", lambda t, b=front: exchange(t, b, code=1002))
    if len(front) > 1:
        add("5.2", f"answered early, byte by byte: {name}", lambda t, b=front: exchange(t, [b[i:i + 1] for i in range(len(b))], code=1002))

# Unmasked frames.
for opcode in NAMES:
    for payload in (b"", b"\x03\xe8abc"):
        first = opcode != CONT
        before = b"" if first else frame(TEXT, b"a", fin=False)
        add("5.1", f"an unmasked {NAMES[opcode]} frame of {len(payload)} bytes",
            lambda t, b=before, o=opcode, p=payload: exchange(t, b + frame(o, p, key=None), [] if not b else [Frame(TEXT, b"a", False)], code=1002))
add("5.1", "an unmasked frame behind a masked one",
    lambda t: exchange(t, frame(TEXT, b"a") + frame(TEXT, b"b", key=None), [Frame(TEXT, b"a")], code=1002))

# Keys.
for key in ["00000000", "ffffffff", "00ff00ff", "80000001", "000000ff", "ff000000"]:
    for n in (1, 5, 127, 128, 1000, 70000):
        def run(t, key=bytes.fromhex(key), n=n):
            payload = chance.randbytes(n)
            return exchange(t, frame(BINARY, payload, key=key), [Frame(BINARY, payload)])
        add("5.3", f"key {key} over {n} bytes", run)


@case("5.3", "300 frames, each under a key of its own")
def many_keys(t):
    payloads = [chance.randbytes(chance.randrange(0, 300)) for _ in range(300)]
    return exchange(t, b"".join(frame(BINARY, p, key=chance.randbytes(4)) for p in payloads), [Frame(BINARY, p) for p in payloads])


@case("5.3", "the masked frame of §5.7, byte for byte")
def vector(t):
    return exchange(t, bytes.fromhex("818537fa213d7f9f4d5158"), [Frame(TEXT, b"Hello")])


@case("5.7", "each frame of §5.7 in one write")
def vectors(t):
    big, bigger = bytes(256), bytes(65536)
    return exchange(t, frame(TEXT, b"Hel", fin=False) + frame(CONT, b"lo") + frame(PING, b"Hello") + frame(BINARY, big) + frame(BINARY, bigger),
                    [Frame(TEXT, b"Hel", False), Frame(CONT, b"lo"), Frame(PONG, b"Hello"), Frame(BINARY, big), Frame(BINARY, bigger)])


# Every first byte: FIN, RSV1, RSV2, RSV3 and opcode in all their values, without an extension.
def first_byte(opcode):
    def run(t):
        for high in range(16):
            fin, rsv = bool(high & 8), high & 7
            data = bytes([high << 4 | opcode, 0x85]) + b"\0\0\0\0" + (b"\x03\xe8abc" if opcode == CLOSE else b"Hello")
            fine = rsv == 0 and (opcode in (TEXT, BINARY) or fin and opcode in (CLOSE, PING, PONG))
            try:
                if not fine:
                    exchange(t, data, code=1002)
                elif opcode == CLOSE:
                    with Peer(t) as peer:
                        peer.send(data)
                        same(["closed 1000"], [str(f) for f in peer.rest()])
                elif opcode in (PING, PONG):
                    exchange(t, data, [Frame(PONG, b"Hello")] if opcode == PING else [])
                elif fin:
                    exchange(t, data, [Frame(opcode, b"Hello")])
                else:
                    exchange(t, data + frame(CONT, b"!"), [Frame(opcode, b"Hello", False), Frame(CONT, b"!")])
            except Failed as e:
                raise Failed(f"what §5.2 says of {high << 4 | opcode:#04x}", str(e))
        return "16 of 16"
    add("5.2", f"opcode {opcode:X}: each of FIN, RSV1, RSV2, RSV3", run)


for o in range(16):
    first_byte(o)

for opcode in [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF]:
    add("5.2", f"reserved opcode {opcode:X}, empty", lambda t, o=opcode: exchange(t, frame(o), code=1002))
    add("5.2", f"reserved opcode {opcode:X} in mid-message",
        lambda t, o=opcode: exchange(t, frame(TEXT, b"a", fin=False) + frame(o, b"b"), [Frame(TEXT, b"a", False)], code=1002))
for rsv in range(1, 8):
    add("5.2", f"RSV {rsv:03b} on a continuation frame",
        lambda t, r=rsv: exchange(t, frame(TEXT, b"a", fin=False) + frame(CONT, b"b", rsv=r), [Frame(TEXT, b"a", False)], code=1002))
    add("5.2", f"RSV {rsv:03b} on a second message", lambda t, r=rsv: exchange(t, frame(TEXT, b"a") + frame(TEXT, b"b", rsv=r), [Frame(TEXT, b"a")], code=1002))


@case("5.2", "every second byte: MASK and each 7-bit length")
def second_byte(t):
    for b in range(256):
        n = b & 0x7F
        length = {126: 126, 127: 65536}.get(n, n)
        data = bytes([0x82, b]) + {126: b"\0\x7e", 127: b"\0\0\0\0\0\1\0\0"}.get(n, b"") + (b"\0\0\0\0" if b & 0x80 else b"") + bytes(length)
        try:
            exchange(t, data, [Frame(BINARY, bytes(length))] if b & 0x80 else [], 1000 if b & 0x80 else 1002)
        except Failed as e:
            raise Failed(f"what §5.2 says of {b:#04x}", str(e))
    return "256 of 256"


# Where a frame is cut must not matter.
for n in (5, 200, 70000):
    def cuts(t, n=n):
        payload = b"x" * n
        whole = frame(TEXT, payload)
        head = len(whole) - n
        for i in range(1, head + 2):
            exchange(t, [whole[:i], whole[i:]], [Frame(TEXT, payload)])
        return f"{head + 1} cuts"
    add("5.2", f"a frame of {n} bytes, cut at each byte of its header", cuts)


@case("5.2", "a header of 14 bytes in three pieces, each way")
def three_pieces(t):
    payload = bytes(65536)
    whole = frame(BINARY, payload)
    count = 0
    with Peer(t) as peer:
        for i in range(1, 13):
            for j in range(i + 1, 14):
                peer.pieces([whole[:i], whole[i:j], whole[j:]], 0.0005)
                f = peer.frame()
                if f is None or f != Frame(BINARY, payload):
                    raise Failed(str(Frame(BINARY, payload)), f"{f} (cut at {i} and {j})")
                count += 1
        return f"{count} ways, {converse(peer, b'')}"


@case("5.2", "a conversation of every kind of frame, byte by byte")
def all_bytes_apart(t):
    data = frame(TEXT, "ß€𝄞".encode()) + frame(BINARY, bytes(130)) + frame(PING, b"p") + frame(TEXT, b"a", fin=False) + frame(PONG) + frame(CONT, b"b")
    return exchange(t, [data[i:i + 1] for i in range(len(data))],
                    [Frame(TEXT, "ß€𝄞".encode()), Frame(BINARY, bytes(130)), Frame(PONG, b"p"), Frame(TEXT, b"a", False), Frame(CONT, b"b")], pause=0.0005)


@case("5.2", "1000 messages in one write, of every opcode and form")
def one_write(t):
    sent, want = b"", []
    for i in range(1000):
        opcode = (TEXT, BINARY, PING)[i % 3]
        payload = b"m" * ((i * 7) % 126 if opcode == PING else (i * 37) % 400)
        sent += frame(opcode, payload, key=chance.randbytes(4))
        want.append(Frame(PONG if opcode == PING else opcode, payload))
    return exchange(t, sent, want)


@case("5.2", "20 conversations cut at random")
def random_cuts(t):
    for _ in range(20):
        frames = [(chance.choice((TEXT, BINARY)), b"z" * chance.choice((0, 1, 125, 126, 500, 65536))) for _ in range(6)]
        data = b"".join(frame(*f) for f in frames)
        at = sorted(chance.sample(range(len(data)), 12))
        exchange(t, [data[i:j] for i, j in zip([0, *at], [*at, len(data)])], [Frame(*f) for f in frames], pause=0.001)
    return "mirrored 120"


# What the breakdown says is what crossed.
def truth(name, frames, query=""):
    def run(t):
        with Peer(t, query or "breakdown=json") as peer:
            data = [frame(o, p, fin, key=chance.randbytes(4)) for o, p, fin in frames]
            peer.send(b"".join(data))
            mirrored = [peer.frame() for _ in frames]
            told = peer.frame()
            if told is None or told.opcode != TEXT:
                raise Failed("a breakdown", str(told))
            said = json.loads(told.payload)
            same(len(data), len(said["received"]), "frames received:")
            for raw, f, mirror, r, m in zip(data, frames, mirrored, said["received"], said["mirrored"]):
                size = len(raw) - len(f[1])
                same((raw[:size].hex(), size, len(f[1]), f[0], f[2], True), tuple(
                    r[k] for k in ("header", "headerLength", "payloadLength", "opcode", "fin", "masked")), "received:")
                same(raw[size - 4:size].hex(), r["maskingKey"], "key:")
                same((raw[size:][:64].hex(), f[1][:64].hex()), (r["payload"], r["unmasked"]), "payload:")
                same(header(mirror.opcode, len(mirror.payload), mirror.fin, mirror.rsv, key=None).hex(), m["header"], "mirrored:")
                same(False, m["masked"], "mirrored, masked:")
                same(8 * size, sum(x["bits"] for x in r["fields"]), "bits of the header in fields:")
            return f"{len(data)} frames, each bit of their headers told"
    add("5.2", f"the breakdown tells what crossed: {name}", run)


truth("one frame", [(TEXT, b"Hello", True)])
truth("an empty frame", [(BINARY, b"", True)])
truth("the 16-bit form", [(BINARY, bytes(range(256)), True)])
truth("the 64-bit form", [(TEXT, b"x" * 70000, True)])
truth("text that means something in JSON, in HTML and to a terminal", [(TEXT, '"\\</script>\u2028\0\x1b[2J\x7f{}'.encode(), True)])
truth("text whose preview ends in mid-character", [(TEXT, "€".encode() * 40, True)])
truth("three fragments", [(TEXT, b"a", False), (CONT, b"", False), (CONT, b"c" * 126, True)])


@case("5.2", "the breakdown of a message of 1000 frames says how many it leaves out")
def omitted(t):
    with Peer(t, "breakdown=json") as peer:
        peer.send(b"".join(frame(CONT if i else TEXT, b"x", i == 999) for i in range(1000)))
        for _ in range(1000):
            peer.frame()
        said = json.loads(peer.frame().payload)
        same((64, 936), (len(said["received"]), said["omitted"]))
        return "64 listed, 936 left out"


@case("5.2", "the wire's log names each rule that was broken")
def violations(t):
    wire = "".join(chance.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(13))
    broken = {
        "reserved-bit": frame(TEXT, b"a", rsv=1), "reserved-opcode": frame(3), "unmasked-client-frame": frame(TEXT, b"a", key=None),
        "length-not-minimal": frame(TEXT, b"a", form=16), "length-top-bit": header(TEXT, 1 << 63, form=64), "control-fragmented": frame(PING, fin=False),
        "control-too-long": frame(PING, bytes(126)), "stray-continuation": frame(CONT), "missing-continuation": frame(TEXT, fin=False) + frame(TEXT),
        "invalid-utf8": frame(TEXT, b"\xff"), "close-body-one-byte": frame(CLOSE, b"x"), "close-code": closing(1005),
        "close-reason-utf8": closing(1000, b"\xff"), "frame-after-close": closing(1000) + frame(TEXT, b"a"),
    }
    for data in broken.values():
        with Peer(t, "breakdown=off&wire=" + wire) as peer:
            peer.send(data)
            peer.rest()
    log = json.loads(t.get(f"/wire/{wire}/log.json").body)
    events = log["events"] if isinstance(log, dict) else log
    found = {v["rule"] for e in events for v in e.get("violations", [])}
    if not set(broken) <= found:
        raise Failed(", ".join(sorted(set(broken))), f"no {', '.join(sorted(set(broken) - found))}")
    return f"{len(broken)} of {len(broken)}"


@case("5.2", "no breakdown of a message that breaks a rule")
def no_breakdown(t):
    return exchange(t, frame(TEXT, b"a", rsv=2), code=1002, query="breakdown=json")


@case("5.2", "a frame that was cut off by the end of the connection")
def cut_off(t):
    whole = frame(BINARY, bytes(300))
    for n in (1, 2, 3, 5, 8, 100, len(whole) - 1):
        with Peer(t) as peer:
            peer.send(whole[:n])
            peer.half_close()
            for f in peer.rest():
                if f.opcode != CLOSE:
                    raise Failed("the end", str(f))
    return "no mirror, 7 of 7"
