/** What the program takes to start, beside Deno alone, one right after the other. */
import { gefyra, once, run } from "./commands.ts";
import { connect } from "./stage.ts";

const ROUNDS = 10;

/** Seconds of each. */
export const starts = once(async () => {
  await connect();
  const commands = {
    deno: () => run(Deno.execPath(), ["--version"]),
    version: () => gefyra("version"),
    help: () => gefyra("--help"),
    list: () => gefyra("list"),
    complete: () => gefyra("complete", "--", "li"),
  };
  const seconds: Record<keyof typeof commands | "cold", number[]> = {
    ...{ deno: [], version: [], help: [], list: [], complete: [] },
    cold: [],
  };
  // Deno keeps the compiled code of each module from its first start.
  for (const command of Object.values(commands)) await command();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      seconds[name as keyof typeof commands].push((await command()).seconds);
    }
    seconds.cold.push(await withoutCache(() => gefyra("--help")));
  }
  return seconds;
});

async function withoutCache(command: () => Promise<{ seconds: number }>): Promise<number> {
  const before = Deno.env.get("DENO_DIR"), folder = await Deno.makeTempDir({ prefix: "gefyra-bench-" });
  Deno.env.set("DENO_DIR", folder);
  try {
    return (await command()).seconds;
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
    await Deno.remove(folder, { recursive: true });
  }
}
