/** The JDK's own debugger, in a container, since this machine may have no Java. */
import { basename, dirname } from "node:path";
import { type Attach, inbox } from "./debugger.ts";

export const jdb: Attach = async ({ hostName, port }, { file, line }) => {
  const command = ["run", "--rm", "--interactive", "--network", "host", "runtimes"];
  const child = new Deno.Command("docker", {
    args: [...command, "jdb", "-attach", `${hostName}:${port}`],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = inbox<string>();
  const reading = (async () => {
    let line = "";
    for await (
      const chunk of child.stdout.pipeThrough(new TextDecoderStream() as never) as AsyncIterable<string>
    ) {
      const lines = (line + chunk).split("\n");
      line = lines.pop()!;
      for (const text of lines) said.put(text);
    }
  })();
  const writer = child.stdin.getWriter();
  const type = (text: string) => writer.write(new TextEncoder().encode(`${text}\n`));
  const at = `${basename(file, ".java")}:${line}`;
  await type(`stop at ${at}`);
  await said.take("breakpoint", (text) => /(Set|Deferring) breakpoint/.test(text));
  return {
    stopped: async () => {
      const hit = await said.take("stop", (text) => text.includes("Breakpoint hit:"));
      const [, type, , number] = /, (\w+)\.(\w+)\(\), line=(\d+)/.exec(hit) ?? [];
      return { file: `${dirname(file)}/${type}.java`, line: Number(number) };
    },
    leave: async () => {
      for (const text of [`clear ${at}`, "cont", "quit"]) await type(text);
      await writer.close();
      await Promise.all([child.status, reading]);
    },
  };
};
