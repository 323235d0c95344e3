"""Plays RFC 6455's sections 4 to 7, and RFC 7692, against the running program as a hostile client.

    python3 cmd/check/hostile/hostile.py                            builds and starts wireup itself
    python3 cmd/check/hostile/hostile.py --address 127.0.0.1:8080   talks to one that runs
    python3 cmd/check/hostile/hostile.py --only utf-8               only cases with this in their line

Each case is one line. It shares no code with the server, and needs Python 3.9 alone. Cases that need
flags, or look at the server's memory, are left out with --address. --library gorilla holds each
conversation with /echo?library=gorilla: what fails then is what that library merges or lets through.
"""

import argparse
import re
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True  # nothing is left beside the sources

import plan
from server import Foreign, Servers

# Each module lists its cases when it is loaded, in the order of the RFC.
import cases_handshake  # noqa: F401
import cases_framing  # noqa: F401
import cases_messages  # noqa: F401
import cases_text  # noqa: F401
import cases_control  # noqa: F401
import cases_closing  # noqa: F401
import cases_deflate  # noqa: F401
import cases_sizes  # noqa: F401
import cases_peers  # noqa: F401
import cases_others  # noqa: F401
import cases_after  # noqa: F401


class Outcome:
    """How a case went."""

    def __init__(self, case, target):
        self.case, self.target = case, target
        self.ok, self.text, self.took = False, "", 0.0

    def run(self):
        start = time.monotonic()
        try:
            self.text, self.ok = self.case.run(self.target) or "as expected", True
        except plan.Failed as e:
            self.text = str(e)
        except Exception as e:  # a case that breaks is a case that fails
            self.text = f"expected no fault, got {type(e).__name__}: {e}"
        self.took = time.monotonic() - start

    def __str__(self):
        slow = f" [{self.took:.1f} s]" if self.took >= 1 else ""
        return f"{'ok  ' if self.ok else 'FAIL'} {self.case}: {self.text}{slow}"


def main():
    p = argparse.ArgumentParser(description="A hostile WebSocket client, one line a case.")
    p.add_argument("--address", help="of a server that runs; without it one is built and started")
    p.add_argument("--program", help="a wireup binary to start, in place of building one")
    p.add_argument("--only", default="", metavar="PATTERN", help="only cases whose line matches this regular expression")
    p.add_argument("--library", default="", choices=["", "gorilla"], help="let this library hold the conversations")
    args = p.parse_args()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped, too

    cases = [c for c in plan.CASES if re.search(args.only, str(c), re.IGNORECASE)]
    servers = Foreign(args.address, args.library) if args.address else Servers(args.program, args.library)
    try:
        return run(cases, servers)
    finally:
        servers.close()


def run(cases, servers):
    """Runs the cases; returns the exit status."""
    passed = failed = 0
    waiting = []  # outcomes of cases that run beside the others
    left_out = [c for c in cases if c.own and isinstance(servers, Foreign)]
    cases = [c for c in cases if c not in left_out]
    for c in cases:
        if c.meanwhile:
            o = Outcome(c, servers.target(c.server))
            t = threading.Thread(target=o.run, daemon=True)
            t.start()
            waiting.append((o, t))

    def tell(o):
        nonlocal passed, failed
        passed, failed = passed + o.ok, failed + (not o.ok)
        print(o)

    for last in (False, True):
        for c in cases:
            if not c.meanwhile and (c.section == "afterwards") == last:
                o = Outcome(c, servers.target(c.server))
                o.run()
                tell(o)
        for o, t in waiting if not last else ():
            t.join()
            tell(o)
    if left_out:
        print(f"{len(left_out)} cases left out: they need a server that this script starts")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
