# An echo that listens: sends each message back: python3 own-server.py [PORT]
import asyncio
import logging
import sys

import websockets

logging.getLogger("websockets").setLevel(logging.CRITICAL)  # clients that break rules are no news


async def echo(ws):
    async for message in ws:  # str for a text, bytes for a binary one
        await ws.send(message)


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    async with websockets.serve(echo, "localhost", port, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"ws://localhost:{port}", flush=True)
        await asyncio.Future()  # for ever


asyncio.run(main())
