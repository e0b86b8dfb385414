/** The commands and the configuration for one language in docs/debuggers.md, with names of the test in place of the example's. */
import { blocksOf, sectionOf } from "../../../../scripts/pages.ts";
import { inShell } from "../gefyra.ts";
import type { Json } from "../kube.ts";

export interface Guide {
  run(): Promise<void>;
  bridge(): Promise<void>;
  /** What the page asks for after an edit, if anything. */
  afterEdit?: () => Promise<void>;
  /** Of VS Code's launch.json. */
  configuration: Json;
}

interface Names {
  app: string;
  namespace: string;
  /** With the sources. */
  folder: string;
}

export async function readGuide(language: string, names: Names): Promise<Guide> {
  const page = await Deno.readTextFile(new URL("../../../../docs/debuggers.md", import.meta.url));
  const [intro = ""] = page.split(/^## /m), section = sectionOf(page, language);
  const [bridge] = blocksOf(intro, "sh"), [run, afterEdit] = blocksOf(section, "sh");
  const [json] = blocksOf(section, "json");
  // Others on this machine may use the usual port.
  const usual = /--debug-port (\d+)/.exec(run!)![1]!, port = `${freePort()}`;
  const shell = async (commands: string) => {
    const own = commands.replaceAll(" -i api:dev ", " -i runtimes ").replaceAll(
      " -n shop ",
      ` -n ${names.namespace} `,
    )
      .replaceAll(" -N api ", ` -N ${names.app} `).replace(/ api$/m, ` ${names.app}`)
      .replace(`--debug-port ${usual}`, `--debug-port ${port}:${usual}`);
    await inShell(own, names.folder);
  };
  return {
    run: () => shell(run!),
    bridge: () => shell(bridge!),
    ...(afterEdit ? { afterEdit: () => shell(afterEdit) } : {}),
    configuration: JSON.parse(json!.replaceAll("${workspaceFolder}", names.folder).replaceAll(usual, port)),
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
