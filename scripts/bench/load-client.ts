/** A client in the cluster that sees who answers, and when. */
import { addressOf, kubectlArgs, TOOLS } from "./commands.ts";

interface Change {
  /** Unix milliseconds by the node's clock, which is this machine's. */
  at: number;
  answer: string;
}

export interface LoadClient extends AsyncDisposable {
  /** Unix milliseconds of the first answer like this that came after `since`. */
  answered(like: (answer: string) => boolean, since: number): Promise<number>;
}

const TIMEOUT_MS = 60_000;
const script = new URL("load-client.py", import.meta.url);

export async function startLoadClient(service: string): Promise<LoadClient> {
  const address = await addressOf(service);
  const args = ["exec", "--stdin", TOOLS, "--", "python3", "-c", await Deno.readTextFile(script), address];
  const child = new Deno.Command("docker", {
    args: kubectlArgs(...args),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const changes: Change[] = [];
  const waiting = new Set<() => void>();
  const reading = (async () => {
    let rest = "";
    for await (const bytes of child.stdout) {
      const lines = (rest + new TextDecoder().decode(bytes)).split("\n");
      rest = lines.pop() ?? "";
      changes.push(...lines.map((line) => JSON.parse(line) as Change));
      for (const look of waiting) look();
    }
  })();
  return {
    answered: (like, since) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error(`no such answer, only: ${tail(changes) || "none"}`));
        const timer = setTimeout(fail, TIMEOUT_MS);
        reading.then(fail);
        const look = () => {
          const found = changes.find(({ at, answer }) => at >= since && like(answer));
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found.at);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      await child.status;
      await reading;
    },
  };
}

const tail = (changes: Change[]) => changes.slice(-5).map(({ answer }) => answer).join(", ");
