"""Asks HOST:80 COUNT times, RATE times a second, each time over a fresh connection; prints one line of JSON at the end.

An answer is the last word of the body (the answering host's name). A request without one within two seconds is lost.
"""
import asyncio, collections, json, sys, time

HOST, COUNT, RATE = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
REQUEST = b"GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
TIMEOUT = 2
answers, errors = collections.Counter(), collections.Counter()


async def request():
    reader, writer = await asyncio.open_connection(HOST, 80)
    try:
        writer.write(REQUEST)
        said = await reader.read()
        if not said.startswith(b"HTTP/1.1 200 "):
            raise ValueError((said.splitlines() or [b"nothing"])[0].decode())
        return said.split()[-1].decode()
    finally:
        writer.close()


async def ask():
    try:
        answers[await asyncio.wait_for(request(), TIMEOUT)] += 1
    except Exception as error:
        errors[f"{type(error).__name__} {error}".strip()] += 1


async def main():
    start, tasks = time.monotonic(), []
    for number in range(COUNT):
        await asyncio.sleep(max(0, start + number / RATE - time.monotonic()))
        tasks.append(asyncio.create_task(ask()))
    await asyncio.gather(*tasks)
    print(json.dumps({"lost": errors.total(), "errors": errors, "answers": answers}))


asyncio.run(main())
