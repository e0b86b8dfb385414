/** The options of a provider service: those of `x-gefyra`, and the container, which Compose does not make. Pure. */
import { absoluteBinding } from "../../app/binding.ts";
import { splitWords } from "../../app/command-line.ts";
import { composeInvalid } from "../model.ts";
import { type Setting, settings } from "../setting-names.ts";
import { parseSettings, type ServiceSettings } from "../settings.ts";

const own = [
  { name: "image", description: "image to run (default: that of like)" },
  { name: "command", description: "command to run instead of the image's own, as one string" },
  { name: "environment", description: "variable NAME=VALUE" },
  { name: "volume", description: "mount HOST:CONTAINER[:ro]; a relative path begins with a dot" },
  { name: "publish", description: "publish [[IP:]HOST:]CONTAINER[/PROTOCOL]" },
] as const satisfies Setting[];

export const providerSettings: Setting[] = [...own, ...settings];

/** What `compose metadata` answers: without it, Compose would hand options to `down` as well. */
export const metadata = () => ({
  description: "Runs a container as if it were a pod of a Kubernetes cluster",
  up: {
    parameters: providerSettings.map((one) => ({ ...one, required: false, type: "string" })),
  },
  down: { parameters: [] },
});

export interface ProviderOptions {
  settings: ServiceSettings;
  image?: string | undefined;
  command?: string[] | undefined;
  env: string[];
  volumes: string[];
  publish: string[];
}

/** By the names of the options, as often as they were given. Throws `compose-invalid` with all problems. */
export function parseProvider(
  { project, service }: { project: string; service: string },
  texts: Record<string, string[]>,
): ProviderOptions {
  const problems: string[] = [];
  const isOwn = (name: string) => own.some((one) => one.name === name);
  const rest = Object.fromEntries(Object.entries(texts).filter(([name]) => !isOwn(name)));
  const parsed = parseSettings(rest, problems);
  const { environment: env = [], volume = [], publish = [] } = texts;
  for (const name of ["image", "command"]) {
    if ((texts[name]?.length ?? 0) > 1) problems.push(`${name} is given more than once`);
  }
  const image = texts.image?.[0], command = texts.command?.[0];
  if (!image && !texts.like) problems.push("it needs image or like");
  if (problems.length) throw composeInvalid(project, problems.map((one) => `service "${service}": ${one}`));
  return {
    ...{ settings: parsed, image, env, publish, volumes: volume.map(absoluteBinding) },
    command: command === undefined ? undefined : splitWords(command),
  };
}
