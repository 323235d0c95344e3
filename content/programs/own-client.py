# An echo that connects: sends each message back, until the server closes: python3 own-client.py URL
import asyncio
import sys

import websockets


async def main():
    async with websockets.connect(sys.argv[1], compression=None) as ws:
        async for message in ws:  # str for a text, bytes for a binary one
            await ws.send(message)
    print(ws.close_code)


asyncio.run(main())
