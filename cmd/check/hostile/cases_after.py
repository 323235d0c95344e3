"""Afterwards: the server is there, answers, holds little memory, said nothing, and drains."""

import time

from plan import Failed, case, same
from wire import TEXT, Frame, Peer, closing, ending, exchange, frame

MIB = 1 << 20


@case("afterwards", "/readyz answers 200")
def ready(t):
    same(200, t.get("/readyz").status)
    return "200"


@case("afterwards", "the echo mirrors")
def echo(t):
    return exchange(t, frame(TEXT, b"still here"), [Frame(TEXT, b"still here")])


@case("afterwards", "the pages are there")
def pages(t):
    same([200, 200], [t.get("/").status, t.get("/wire").status])
    return "200, 200"


def memory(t):
    now = t.process.rss()
    by = time.monotonic() + 5
    while now - t.process.resting > 160 * MIB and time.monotonic() < by:  # what is free goes back in the background
        time.sleep(0.2)
        now = t.process.rss()
    if now - t.process.resting > 160 * MIB:
        raise Failed(f"at most 160 MiB above the {t.process.resting >> 20} MiB at the start", f"{now >> 20} MiB")
    return f"{now >> 20} MiB, {t.process.resting >> 20} MiB at the start"


def drains(t):
    """Stops the server while a conversation stands."""
    with Peer(t) as peer:
        peer.send(frame(TEXT, b"a", fin=False))
        peer.frame()
        t.process.popen.terminate()
        last = peer.frame()
        peer.send(closing(1001))
        same(None, peer.frame(), "behind the close frame:")
        said = ending(peer, last, 1001)
    same(0, t.process.popen.wait(20), "exit status")
    log = t.process.log().strip()
    if log:
        raise Failed("no word in the log", repr(log[:2000]))
    return f"{said}, exit status 0, no word in its log"


for name in ("usual", "large"):
    case("afterwards", f"the memory of the {name} server is bounded", own=True, server=name)(memory)
for name in ("usual", "large"):
    case("afterwards", f"SIGTERM: the {name} server says 1001, drains and has logged nothing", own=True, server=name)(drains)
