/** What ended by itself during a test: it explains failures that would otherwise seem to be Gefyra's. */
import { docker, tryDocker } from "../../docker.ts";
import { type Json, list, tryKubectl } from "./kube.ts";

const LINES = "20";
/** Ended as it was told to: by itself, by SIGINT, SIGKILL, SIGTERM, or with its node. */
const AS_TOLD = [0, 130, 137, 143, 255];

/** A text for each container among `apps`, and among those of the namespace's pods, that ended otherwise than it was told to. */
export async function crashes(namespace: string, apps: string[]): Promise<string[]> {
  return [...await ofDocker(apps), ...await ofPods(namespace)];
}

async function ofDocker(apps: string[]): Promise<string[]> {
  const found = await Promise.all(apps.map(async (name) => {
    const code = Number(await docker(["inspect", "--format", "{{.State.ExitCode}}", name]));
    if (AS_TOLD.includes(code)) return [];
    const { stdout, stderr } = await tryDocker(["logs", "--tail", LINES, name]);
    return [`container ${name} ended with ${code}\n${stdout}\n${stderr}`];
  }));
  return found.flat();
}

async function ofPods(namespace: string): Promise<string[]> {
  const items = await list("Pod", namespace);
  const found = await Promise.all(items.map(async ({ metadata, status }: Json) => {
    const ended = (status.containerStatuses ?? []).filter(({ lastState }: Json) =>
      lastState.terminated && !AS_TOLD.includes(lastState.terminated.exitCode)
    );
    return await Promise.all(ended.map(async ({ name, lastState }: Json) => {
      const previous = ["logs", "--previous", "--tail", LINES, metadata.name, "--container", name];
      const { stdout, stderr } = await tryKubectl(...previous, "--namespace", namespace);
      return `${metadata.name}/${name} ended with ${lastState.terminated.exitCode}\n${stdout}\n${stderr}`;
    }));
  }));
  return found.flat();
}
