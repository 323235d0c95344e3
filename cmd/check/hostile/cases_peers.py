"""Peers that are slow, many, or never read: nobody else may notice."""

import time

from plan import Failed, add, case, same, within
from wire import BINARY, CONT, PING, TEXT, Frame, Line, Peer, chance, closing, converse, ending, exchange, frame, request
from server import wait_for

MIB = 1 << 20


@case("7.1.1", "a peer that never reads what it makes the server send", own=True, meanwhile=True)
def never_reads(t):
    with Peer(t, "breakdown=json", receive_buffer=4096) as peer:
        peer.deaf = True
        data, sent, start = frame(BINARY, bytes(65536)), 0, time.monotonic()
        while sent < 256 * MIB:
            n = peer.send(data, 0.5)
            sent += n
            if n < len(data):
                break
        blocked = time.monotonic() - start
        within(0, 32 * MIB, sent, "bytes taken before the server stops reading")
        # The server gives up by itself: a reset, whatever is still unsent.
        while not peer.ended:
            peer.send(b"x", 0.5)
            if time.monotonic() - start > 30:
                raise Failed("an end within 30 s", "a connection that stands")
        return f"held up after {sent / MIB:.1f} MiB and {blocked:.1f} s, ended after {time.monotonic() - start:.1f} s"


@case("7.1.1", "a peer that never reads the pongs of its pings", own=True, meanwhile=True)
def never_reads_pongs(t):
    with Peer(t, receive_buffer=4096) as peer:
        peer.deaf = True
        data, sent, start = frame(PING, bytes(125)) * 500, 0, time.monotonic()
        while sent < 256 * MIB and not peer.ended:
            n = peer.send(data, 0.5)
            sent += n
            if n < len(data):
                break
        within(0, 32 * MIB, sent, "bytes taken before the server stops reading")
        return f"held up after {sent / MIB:.1f} MiB"


@case("7.1.1", "a peer that reads byte by byte gets all of it")
def slow_reader(t):
    with Peer(t, receive_buffer=2048) as peer:
        payload = chance.randbytes(200000)
        peer.send(frame(BINARY, payload))
        got = bytearray(peer.inbox)
        peer.inbox.clear()
        while len(got) < 10 + len(payload):
            peer.sock.setblocking(True)
            got += peer.sock.recv(1 if len(got) < 500 else 997)
            peer.sock.setblocking(False)
        same(payload, bytes(got[10:]))
        return "200010 bytes, " + converse(peer, b"")


@case("5.2", "a message of 3 s, a byte at a time", meanwhile=True)
def slow_writer(t):
    data = frame(TEXT, "€".encode() * 40)
    return exchange(t, [data[i:i + 1] for i in range(len(data))], [Frame(TEXT, "€".encode() * 40)], pause=0.02)


@case("5.2", "a peer that is silent for 5 s in mid-header is still answered", meanwhile=True)
def silence(t):
    data = frame(BINARY, bytes(70000))
    return exchange(t, [data[:3], data[3:]], [Frame(BINARY, bytes(70000))], pause=5)


@case("5.4", "200 conversations at once, their fragments interleaved")
def interleaved(t):
    peers = [Peer(t) for _ in range(200)]
    for part in range(3):
        for i, peer in enumerate(peers):
            peer.send(frame(CONT if part else TEXT, b"%d.%d" % (i, part), fin=part == 2))
    for i, peer in enumerate(peers):
        for part in range(3):
            f = peer.frame()
            if f is None or f != Frame(CONT if part else TEXT, b"%d.%d" % (i, part), part == 2):
                raise Failed(f"part {part} of {i}", str(f))
        peer.send(closing(1000))
    for peer in peers:
        ending(peer, peer.rest()[-1], 1000)
        peer.sock.close()
    return "600 frames, each to its own"


def too_many(t, most, query, flag):
    """Opens sockets until one is refused, and shows that a place that is given up can be had."""
    peers, refused = [], None
    try:
        while refused is None and len(peers) <= most:
            line = Line(t)
            line.send(request(t, path=t.path(query)))
            r = line.response()
            if r.status == 101:
                peers.append(line)
            else:
                refused = r
                line.sock.close()
        if refused is None:
            raise Failed(f"429 above {most}", f"{len(peers)} open")
        same(429, refused.status)
        if flag not in refused.body.decode():
            raise Failed(f"the limit's name, {flag}", repr(refused.body))
        n = len(peers)
        peers.pop().sock.close()
        wait_for("a free place", lambda: opened(t, query, peers), 5)
        return f"429 behind {n} ({flag}), and 101 when one had left"
    finally:
        for p in peers:
            p.sock.close()


def opened(t, query, peers):
    line = Line(t)
    line.send(request(t, path=t.path(query)))
    if line.response().status == 101:
        peers.append(line)
        return True
    line.sock.close()
    return False


add("10.4", "as many WebSockets as one address may have, and one more", lambda t: too_many(t, 24, "breakdown=off", "--address-sockets"), server="large")
add("10.4", "as many WebSockets as one wire may have, and one more", lambda t: too_many(t, 8, "wire=HOSTILEHOSTIL", "--wire-sockets"), server="large")


@case("10.4", "500 handshakes after each other, each left at once", own=True)
def churn(t):
    def attack():
        for i in range(500):
            with Peer(t, "breakdown=json") as peer:
                if i % 2:
                    peer.send(frame(TEXT, b"x"))
                    peer.frame()
        return "500 connections"
    return t.process.grows(attack, 64 * MIB)


@case("5.2", "a flood of messages on one wire's log is bounded", own=True)
def logged(t):
    def attack():
        with Peer(t, "breakdown=off&wire=FLOODFLOODFLO") as peer:
            for _ in range(20):
                peer.send(frame(BINARY, bytes(500)) * 1000)
                for _ in range(1000):
                    peer.frame()
            return "20 000 messages, " + converse(peer, b"")
    return t.process.grows(attack, 96 * MIB)
