// node pool.mjs URL RATE SECONDS: half of the requests are POST, over the connections that Node keeps (undici); prints JSON.
const [url, rate, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let sent = 0;
const failed = [], names = {}, running = [];

async function ask(method) {
  try {
    const answer = await fetch(url, { method, body: method === "POST" ? "x".repeat(2_000) : undefined });
    const { name } = await answer.json();
    names[name] = (names[name] ?? 0) + 1;
  } catch (error) {
    failed.push(`${method}: ${error.cause?.code ?? error.message}`);
  }
}

const start = performance.now();
while (performance.now() - start < seconds * 1000) {
  running.push(ask(sent++ % 2 ? "POST" : "GET"));
  await new Promise((next) => setTimeout(next, Math.max(0, start + sent * 1000 / rate - performance.now())));
}
await Promise.all(running);
console.log(JSON.stringify({ sent, failed, names }));
process.exit(0);
