# Says a name and prints the answer: python3 hello-client.py URL [NAME]
import asyncio
import sys

import websockets


async def main(url, name="Spang"):
    async with websockets.connect(url, compression=None) as ws:
        await ws.send(name)
        print(await ws.recv())


asyncio.run(main(*sys.argv[1:]))
