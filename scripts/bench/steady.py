"""steady.py COUNT RATE HOST…: sends COUNT requests to port 80 of every HOST, RATE per second, each over a new connection.

Prints one line of JSON at the end: a list with an object for each HOST. A response is the last word of the body (the
name of the host that answered). A request without one within two seconds is lost.
"""
import asyncio, collections, json, sys, time

COUNT, RATE, HOSTS = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
REQUEST = b"GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
TIMEOUT = 2


async def request(host):
    reader, writer = await asyncio.open_connection(host, 80)
    try:
        writer.write(REQUEST)
        said = await reader.read()
        if not said.startswith(b"HTTP/1.1 200 "):
            raise ValueError((said.splitlines() or [b"nothing"])[0].decode())
        return said.split()[-1].decode()
    finally:
        writer.close()


class Asked:
    def __init__(self, host):
        self.host, self.answers, self.errors = host, collections.Counter(), collections.Counter()
        self.ms = [TIMEOUT * 1000] * COUNT

    async def ask(self, number):
        start = time.monotonic()
        try:
            self.answers[await asyncio.wait_for(request(self.host), TIMEOUT)] += 1
            self.ms[number] = round((time.monotonic() - start) * 1000, 1)
        except Exception as error:
            self.errors[f"{type(error).__name__} {error}".strip()] += 1

    def said(self):
        return {"lost": self.errors.total(), "errors": self.errors, "answers": self.answers, "ms": self.ms}


async def main():
    start, tasks, all_asked = time.monotonic(), [], [Asked(host) for host in HOSTS]
    for number in range(COUNT):
        await asyncio.sleep(max(0, start + number / RATE - time.monotonic()))
        tasks += [asyncio.create_task(asked.ask(number)) for asked in all_asked]
    await asyncio.gather(*tasks)
    print(json.dumps([asked.said() for asked in all_asked]))


asyncio.run(main())
