# A WebSocket client on a bare socket, for short messages: python3 by-hand.py URL [NAME]
import base64, hashlib, os, socket, sys
from urllib.parse import urlsplit

url, name = urlsplit(sys.argv[1]), (sys.argv[2:] or ["Spang"])[0].encode()
key = base64.b64encode(os.urandom(16)).decode()

s = socket.create_connection((url.hostname, url.port or 80))
wire = s.makefile("rwb")
wire.write(
    f"GET {url.path or '/'}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n"
    f"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
wire.flush()

head = b"".join(iter(wire.readline, b"\r\n")).decode()
digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
if " 101 " not in head or base64.b64encode(digest).decode() not in head:
    sys.exit(head)


def send(opcode, payload):  # one frame, of up to 125 bytes
    mask = os.urandom(4)
    wire.write(bytes([0x80 | opcode, 0x80 | len(payload)]) + mask)
    wire.write(bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))
    wire.flush()


send(1, name)
_, length = wire.read(2)
print(wire.read(length).decode())
send(8, (1000).to_bytes(2, "big"))
wire.read(4)  # the server's close frame
