/** Docker's Compose plugin, built from its Go module: not every system has one that is new enough. */
import { dirname } from "node:path";
import { COMPOSE_PROJECT_LABEL } from "../../../lib/names.ts";
import { runFlags } from "../../../scripts/bundle.ts";
import { buildProgram, goPrograms } from "../../../scripts/images/golang.ts";
import { docker, tryDocker } from "../../docker.ts";
import { named } from "./names.ts";
import { program } from "./suite.ts";

export interface ComposeProject extends AsyncDisposable {
  /** A name that nobody else on this machine uses. */
  name: string;
  /** The only container of a service. */
  container(service: string): string;
  /** For `gefyra` and `docker`: the plugin is there, and `gefyra` is on the PATH. */
  env: Record<string, string>;
  /** All containers of it, by Compose's labels. */
  containers(): Promise<string[]>;
  networks(): Promise<string[]>;
}

export async function composeProject(suffix: string, folder: string): Promise<ComposeProject> {
  const name = named(suffix);
  const list = async (label: string, ...words: string[]) =>
    (await docker([...words, "--filter", `label=${label}=${name}`])).split("\n").filter(Boolean).sort();
  const containersOf = (label: string) => list(label, "ps", "--all", "--format", "{{.Names}}");
  const containers = () => containersOf("com.docker.compose.project");
  const networks = () => list("com.docker.compose.project", "network", "ls", "--format", "{{.Name}}");
  return {
    name,
    containers,
    networks,
    container: (service) => `${name}-${service}-1`,
    env: await environment(`${folder}/docker`),
    [Symbol.asyncDispose]: async () => {
      // Those that Gefyra provides are in the project's network.
      const all = [...await containers(), ...await containersOf(COMPOSE_PROJECT_LABEL)];
      for (const one of all) await tryDocker(["rm", "--force", "--volumes", one]);
      for (const one of await networks()) await tryDocker(["network", "rm", one]);
    },
  };
}

async function environment(config: string): Promise<Record<string, string>> {
  const plugin = await buildProgram(goPrograms.compose, (line) => console.error(`# ${line}`));
  await Deno.mkdir(`${config}/cli-plugins`, { recursive: true });
  await Deno.symlink(plugin, `${config}/cli-plugins/docker-compose`);
  const gefyra = `${config}/bin/gefyra`;
  await Deno.mkdir(dirname(gefyra));
  const words = [Deno.execPath(), ...runFlags, program].map((word) => `'${word}'`);
  await Deno.writeTextFile(gefyra, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
  return { DOCKER_CONFIG: config, PATH: `${dirname(gefyra)}:${Deno.env.get("PATH") ?? ""}` };
}
