"""Sends a request to HOST:80 every 10 ms over a new connection until stdin ends; prints each change of the response and its time.

A response is the last word of the body (the name of the host that answered), or the kind of error.
"""
import asyncio, json, sys, time

HOST = sys.argv[1]
REQUEST = b"GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
INTERVAL, TIMEOUT, AT_ONCE = 0.01, 2, 100
last, running = None, set()


def note(answer):
    global last
    if answer != last:
        last = answer
        print(json.dumps({"at": time.time() * 1000, "answer": answer}), flush=True)


async def request():
    reader, writer = await asyncio.open_connection(HOST, 80)
    try:
        writer.write(REQUEST)
        return (await reader.read()).split()[-1].decode()
    finally:
        writer.close()


async def ask():
    try:
        note(await asyncio.wait_for(request(), TIMEOUT))
    except Exception as error:
        note("error:" + type(error).__name__)


async def main():
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    while not ended.done():
        if len(running) < AT_ONCE:
            task = asyncio.create_task(ask())
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.sleep(INTERVAL)


asyncio.run(main())
