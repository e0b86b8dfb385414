"""pool.py URL RATE SECONDS: half of the requests are POST, over the connections that httpx keeps; prints JSON."""
import asyncio
import json
import sys
import time

import httpx

url, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
failed, names = [], {}


async def ask(client, method):
    try:
        answer = await client.request(method, url, content=b"x" * 2000 if method == "POST" else None)
        name = answer.json()["name"]
        names[name] = names.get(name, 0) + 1
    except httpx.HTTPError as error:
        failed.append(f"{method}: {error!r}")


async def main():
    async with httpx.AsyncClient(timeout=5) as client:
        start, sent, running = time.monotonic(), 0, []
        while time.monotonic() - start < seconds:
            running.append(asyncio.create_task(ask(client, "POST" if sent % 2 else "GET")))
            sent += 1
            await asyncio.sleep(max(0, start + sent / rate - time.monotonic()))
        await asyncio.gather(*running)
        print(json.dumps({"sent": sent, "failed": failed, "names": names}))


asyncio.run(main())
