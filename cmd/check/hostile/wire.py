"""What a client puts on the wire and takes off it: sockets, heads and frames, all by hand."""

import base64
import hashlib
import os
import random
import select
import socket
import struct
import time

from plan import Failed, same

PAUSE = 0.002  # seconds between two pieces that are to arrive apart

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
NAMES = {CONT: "continuation", TEXT: "text", BINARY: "binary", CLOSE: "close", PING: "ping", PONG: "pong"}
KEY = bytes.fromhex("37fa213d")  # the key of RFC 6455 §5.7

chance = random.Random(6455)  # the same bytes in every run


def mask(payload, key):
    """payload under key (§5.3)."""
    n = len(payload)
    pad = (key * (n // 4 + 1))[:n]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(n, "big")


def header(opcode, length, fin=True, rsv=0, key=KEY, form=None):
    """The header of a frame; form is 7, 16 or 64 where it is not to be the shortest one."""
    form = form or (7 if length < 126 else 16 if length < 1 << 16 else 64)
    bit = 0x80 if key is not None else 0
    first = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if form == 7:
        size = bytes([bit | length])
    elif form == 16:
        size = bytes([bit | 126]) + length.to_bytes(2, "big")
    else:
        size = bytes([bit | 127]) + length.to_bytes(8, "big")
    return first + size + (key or b"")


def frame(opcode, payload=b"", fin=True, rsv=0, key=KEY, form=None):
    """A frame of the client's. Without a key it has no mask."""
    head = header(opcode, len(payload), fin, rsv, key, form)
    return head + (payload if key is None else mask(payload, key))


def closing(code=None, reason=b""):
    """A close frame of the client's."""
    return frame(CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)


class Frame:
    """A frame of the server's, as it came or is expected."""

    def __init__(self, opcode, payload=b"", fin=True, rsv=0):
        self.opcode, self.payload, self.fin, self.rsv = opcode, payload, fin, rsv

    def __eq__(self, other):
        return (self.opcode, self.payload, self.fin, self.rsv) == (other.opcode, other.payload, other.fin, other.rsv)

    def __str__(self):
        if self.opcode == CLOSE:
            return closed(self)
        name = NAMES.get(self.opcode, f"opcode {self.opcode:X}")
        more = "" if self.fin else ", FIN 0"
        more += f", RSV {self.rsv:03b}" if self.rsv else ""
        return f"{name} of {len(self.payload)}{more} ({self.payload[:24].hex() or 'empty'})"


def closed(f):
    """What a close frame says."""
    if len(f.payload) < 2:
        return "closed without a code" if not f.payload else "closed with a body of one byte"
    reason = f.payload[2:].decode("utf-8", "replace")
    return f"closed {int.from_bytes(f.payload[:2], 'big')}" + (f" ({reason})" if reason else "")


def listing(frames):
    """A few words for a list of frames."""
    shown = ", ".join(str(f) for f in frames[:4])
    return (shown or "nothing") + (f" and {len(frames) - 4} more" if len(frames) > 4 else "")


def accept(key):
    """Sec-WebSocket-Accept for a key (§4.2.2)."""
    return base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()


def fresh_key():
    return base64.b64encode(os.urandom(16)).decode()


class Response:
    """The head of an answer, and its body if it has one."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.version, _, rest = lines[0].partition(" ")
        self.status = int(rest[:3])
        self.fields = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:] if line)]
        self.body = b""

    def all(self, name):
        return [v for n, v in self.fields if n == name.lower()]

    def get(self, name):
        return ", ".join(self.all(name))


class Line:
    """A TCP connection that reads while it writes, as an attacker's does."""

    def __init__(self, target, receive_buffer=None):
        self.target = target
        family, kind, _, _, address = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)[0]
        self.sock = socket.socket(family, kind)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(target.patience)
        self.sock.connect(address)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.inbox = bytearray()
        self.ended = None  # how the server has ended the connection: "FIN", "RST", or not yet
        self.deaf = False  # nothing is read while something is sent

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def _take(self):
        try:
            p = self.sock.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            self.ended = "RST"
            return
        if p:
            self.inbox += p
        else:
            self.ended = "FIN"

    def send(self, data, patience=None):
        """Sends data, or as much of it as the server takes; returns how many bytes that is."""
        view, sent = memoryview(data), 0
        while sent < len(view):
            listen = [] if self.deaf or self.ended else [self.sock]
            readable, writable, _ = select.select(listen, [self.sock], [], patience or self.target.patience)
            if readable:
                self._take()
            if writable:
                try:
                    sent += self.sock.send(view[sent:sent + (1 << 18)])
                except BlockingIOError:
                    pass
                except OSError:
                    self.ended = self.ended or "RST"
                    return sent
            if not readable and not writable:
                return sent
        return sent

    def pieces(self, parts, pause=PAUSE):
        """Sends parts so that each arrives by itself."""
        for i, p in enumerate(parts):
            if i:
                time.sleep(pause)
            self.send(p)

    def more(self):
        """Waits for more bytes or the end; reports whether there were any."""
        if self.ended:
            return False
        before = len(self.inbox)
        if not select.select([self.sock], [], [], self.target.patience)[0]:
            raise Failed("an answer", f"silence for {self.target.patience:g} s behind {bytes(self.inbox[-40:])!r}")
        self._take()
        return len(self.inbox) > before or not self.ended

    def need(self, n):
        """Waits until n bytes are there; reports whether they are."""
        while len(self.inbox) < n:
            if not self.more() and len(self.inbox) < n:
                return False
        return True

    def eat(self, n):
        p = bytes(self.inbox[:n])
        del self.inbox[:n]
        return p

    def response(self, method="GET"):
        """The next response, or None if the connection ended without one."""
        while b"\r\n\r\n" not in self.inbox:
            if not self.more():
                return None
        r = Response(self.eat(self.inbox.index(b"\r\n\r\n") + 4))
        if r.status < 200 or method == "HEAD":
            return r
        if r.get("Transfer-Encoding") == "chunked":
            r.body = b"".join(iter(self.chunk, b""))
        else:
            length = int(r.get("Content-Length") or 0)
            self.need(length)
            r.body = self.eat(length)
        return r

    def chunk(self):
        """The next chunk of a body, empty for the last one."""
        while b"\r\n" not in self.inbox and self.more():
            pass
        size = int(self.eat(self.inbox.index(b"\r\n") + 2), 16)
        self.need(size + 2)
        return self.eat(size + 2)[:-2]

    def frame(self):
        """The next frame, judged as a client must; None at the end of the connection."""
        if not self.need(2):
            if self.inbox:
                raise Failed("whole frames", f"the end behind {bytes(self.inbox)!r}")
            return None
        first, second = self.inbox[0], self.inbox[1]
        if second & 0x80:
            raise Failed("a server's frame without a mask", f"{bytes(self.inbox[:4]).hex()}")
        extra = {126: 2, 127: 8}.get(second, 0)
        if not self.need(2 + extra):
            raise Failed("a whole header", "the end")
        length = int.from_bytes(self.inbox[2:2 + extra], "big") if extra else second
        if extra and length < {2: 126, 8: 1 << 16}[extra]:
            raise Failed("the shortest form of a length", f"{length} in {8 * extra} bits")
        if not self.need(2 + extra + length):
            raise Failed(f"{length} bytes of payload", f"the end behind {len(self.inbox) - 2 - extra}")
        self.eat(2 + extra)
        return Frame(first & 0xF, self.eat(length), bool(first & 0x80), first >> 4 & 7)

    def rest(self):
        """All frames up to the end of the connection."""
        frames = []
        while (f := self.frame()) is not None:
            frames.append(f)
        return frames

    def quiet(self, seconds):
        """Fails if anything comes within so many seconds."""
        if self.inbox or select.select([self.sock], [], [], seconds)[0]:
            self._take()
            raise Failed("silence", f"{bytes(self.inbox[:40])!r} {self.ended or ''}")

    def reset(self):
        """Ends the connection with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def broken(self):
        """Whether the server has answered with RST."""
        return self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def half_close(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server was faster


def request(target, changes=None, path=None, method="GET", version="HTTP/1.1", more=""):
    """A handshake's head. changes replaces fields: a value, several, or none for None."""
    fields = {"Host": target.address, "Upgrade": "websocket", "Connection": "Upgrade",
              "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    fields.update(changes or {})
    lines = [f"{method} {path or target.path()} {version}"]
    for name, values in fields.items():
        if values is not None:
            lines += [f"{name}: {v}" for v in ([values] if isinstance(values, str) else values)]
    return ("\r\n".join(lines) + "\r\n" + more + "\r\n").encode("latin-1")


class Peer(Line):
    """A connection whose handshake is over: the server's 101 has been checked."""

    def __init__(self, target, query="breakdown=off", changes=None, receive_buffer=None, path=None):
        super().__init__(target, receive_buffer)
        key = fresh_key()
        self.send(request(target, {"Sec-WebSocket-Key": key} | (changes or {}), path=path or target.path(query)))
        r = self.response()
        if r is None or r.status != 101:
            raise Failed("101", f"{r.status} {r.body!r}" if r else "the end")
        same(accept(key), r.get("Sec-WebSocket-Accept"), "Sec-WebSocket-Accept")
        self.extension = r.get("Sec-WebSocket-Extensions")


def exchange(target, sent, want=(), code=1000, query="breakdown=off", changes=None, pause=PAUSE):
    """Sends bytes, or pieces of them; expects frames, then a close frame with code, then the
    server's FIN. For code 1000 the client itself closes behind what it has sent."""
    with Peer(target, query, changes) as peer:
        return converse(peer, sent, want, code, pause)


def converse(peer, sent, want=(), code=1000, pause=PAUSE):
    """exchange on a connection that stands already, to its end."""
    pieces = [sent] if isinstance(sent, (bytes, bytearray)) else list(sent)
    if code == 1000:
        pieces[-1] += closing(1000)
    peer.pieces(pieces, pause)
    got = peer.rest()
    wanted = list(want)
    if not got or got[-1].opcode != CLOSE:
        raise Failed(f"closed {code}", f"{listing(got)}, then {peer.ended}")
    for i, (w, g) in enumerate(zip(wanted, got[:-1])):
        if w != g:
            raise Failed(f"frame {i + 1}: {w}", str(g))
    if len(wanted) != len(got) - 1:
        raise Failed(f"{len(wanted)} frames, then closed {code}", f"{len(got) - 1}: {listing(got)}")
    return ending(peer, got[-1], code, len(wanted))


def ending(peer, last, code, mirrored=0):
    """Checks the server's close frame, and that the server ended TCP before the client."""
    wanted = b"" if code is None else code.to_bytes(2, "big")
    if not last.fin or last.rsv or last.payload[:2] != wanted or len(last.payload) > 125:
        raise Failed(f"closed {code}", str(last))
    try:
        reason = last.payload[2:].decode("utf-8")
    except UnicodeDecodeError:
        raise Failed("a reason in UTF-8", repr(last.payload[2:]))
    if reason and not peer.target.library and code in (1002, 1007, 1008, 1009) and "(RFC " not in reason and "limit" not in reason:
        raise Failed("a reason that names a rule or a limit", repr(reason))
    if peer.ended != "FIN":
        raise Failed("the server's FIN", str(peer.ended))
    said = "closed without a code" if code is None else f"closed {code}"
    return f"mirrored {mirrored}, {said}" if mirrored else said


def mirrors(target, frames, query="breakdown=off", changes=None):
    """Sends frames in one go, and expects their mirrors; frames are (opcode, payload[, fin])."""
    return exchange(target, b"".join(frame(*f) for f in frames), [Frame(*f) for f in frames], query=query, changes=changes)
