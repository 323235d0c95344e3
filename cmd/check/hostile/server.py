"""The program under test: built, started with the flags that the cases need, measured, stopped."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from plan import Failed
from wire import Line

MIB = 1 << 20

# The servers that cases name. The usual one has the program's own limits.
FLAGS = {
    "usual": [],
    "large": ["--max-message", "16MiB", "--address-sockets", "24", "--wire-sockets", "8", "--request-time", "1s"],
}


class Target:
    """Where the cases are sent to."""

    def __init__(self, address, library="", process=None):
        self.address = address
        host, _, port = address.rpartition(":")
        self.host, self.port = host.strip("[]"), int(port)
        self.library, self.process = library, process
        # Seconds to wait for something that must come. A library that lets things through is silent often.
        self.patience = 1.0 if library else 10.0

    def path(self, query="breakdown=off"):
        if self.library:
            query += "&library=" + self.library
        return "/echo?" + query

    def get(self, path):
        """The response to a plain GET."""
        with Line(self) as line:
            line.send(f"GET {path} HTTP/1.1\r\nHost: {self.address}\r\nConnection: close\r\n\r\n".encode())
            r = line.response()
            if r is None:
                raise Failed("a response", str(line.ended))
            return r


class Process:
    """A running wireup."""

    def __init__(self, program, folder, name):
        self.flags = FLAGS[name]
        self.log_path = os.path.join(folder, name + ".log")
        with open(self.log_path, "wb") as log:
            self.popen = subprocess.Popen(
                [program, "--listen", "127.0.0.1:0", "--data", os.path.join(folder, name), "--raw", "off", "--raw-unix", "off", *self.flags],
                stdout=subprocess.PIPE, stderr=log, env={k: v for k, v in os.environ.items() if not k.startswith("WIREUP_")})
        line = self.popen.stdout.readline().decode()
        ready = re.search(r"http://(\S+:\d+)", line)
        if not ready:
            self.kill()
            raise SystemExit(f"hostile: the program said {line!r} and not its address\n{self.log()}")
        self.address = ready[1]
        self.resting = self.rss()

    def rss(self):
        """Bytes of memory that the process has in use now."""
        return self._memory("VmRSS")

    def peak(self):
        """The most bytes since forget_peak, where the system tells that."""
        return self._memory("VmHWM")

    def forget_peak(self):
        if sys.platform == "linux":
            with open(f"/proc/{self.popen.pid}/clear_refs", "w") as f:
                f.write("5")

    def _memory(self, name):
        if sys.platform == "linux":
            with open(f"/proc/{self.popen.pid}/status") as f:
                return int(re.search(name + r":\s+(\d+) kB", f.read())[1]) << 10
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(self.popen.pid)])) << 10

    def grows(self, attack, most):
        """Runs attack; fails if the process took more than most bytes on top meanwhile."""
        self.forget_peak()
        before = self.rss()
        said = attack()
        grown = max(self.peak() - before, 0)
        if grown > most:
            raise Failed(f"at most {most >> 20} MiB more memory", f"{grown >> 20} MiB more")
        return f"{said}; {grown / MIB:.1f} MiB more memory"

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def stop(self):
        """Asks the program to drain; returns its exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(30)

    def kill(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()


class Servers:
    """The servers of a run, each started when a case first needs it."""

    def __init__(self, program, library):
        self.folder = tempfile.TemporaryDirectory(prefix="hostile-")
        self.program = program or self.build()
        self.library = library
        self.targets = {}

    def build(self):
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
        program = os.path.join(self.folder.name, "wireup")
        subprocess.run(["go", "build", "-o", program, "./cmd/wireup"], cwd=root, check=True)
        return program

    def target(self, name):
        if name not in self.targets:
            p = Process(self.program, self.folder.name, name)
            self.targets[name] = Target(p.address, self.library, p)
        return self.targets[name]

    def close(self):
        for t in self.targets.values():
            t.process.kill()
        self.folder.cleanup()


class Foreign:
    """A server that was there before: nothing is known of it but its address."""

    def __init__(self, address, library):
        self.one = Target(address, library)

    def target(self, name):
        return self.one if name == "usual" else None

    def close(self):
        pass


def wait_for(what, true, patience=10.0):
    """Waits until true() holds."""
    by = time.monotonic() + patience
    while not true():
        if time.monotonic() > by:
            raise Failed(what, f"not within {patience:g} s")
        time.sleep(0.01)
