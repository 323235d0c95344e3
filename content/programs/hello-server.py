# A server that greets each client by name: python3 hello-server.py [PORT]
import asyncio
import sys

import websockets


async def hello(ws):
    name = await ws.recv()
    await ws.send(f"Hello, {name}!")


async def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    async with websockets.serve(hello, "localhost", port, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"ws://localhost:{port}", flush=True)
        await asyncio.Future()  # for ever


asyncio.run(main())
