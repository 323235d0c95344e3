# Sends one message in pieces: python3 pieces.py URL PIECE... Where a piece is PING, it sends a ping.
import asyncio
import sys

import websockets


async def main(url, *pieces):
    async with websockets.connect(url, compression=None) as ws:

        async def each():
            for piece in pieces:
                if piece == "PING":
                    await ws.ping()
                else:
                    yield piece

        await ws.send(each())
        print(await ws.recv())


asyncio.run(main(*sys.argv[1:]))
