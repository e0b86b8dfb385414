/** Containers and ports of a target. Pure. */
import { kindOf } from "../../lib/api/kinds.ts";
import type { FoundTarget } from "../../lib/pods/resolve.ts";
import { servingContainers } from "../../lib/workload/serving.ts";
import type { Target } from "../../lib/workload/target.ts";
import type { Candidate } from "./answer.ts";
import type { Question } from "./words.ts";

/** The target that the line names already. */
export function targetOf({ options }: Pick<Question, "options">): Target | undefined {
  const last = (flag: string) => options[flag]?.at(-1);
  const container = last("--container-name");
  const deployment = last("--deployment");
  if (deployment) return { kind: "Deployment", name: deployment, container };
  const [kindName = "", name, named] = (last("--target") ?? last("--like") ?? "").split("/");
  const kind = kindOf(kindName);
  return kind && name ? { kind, name, container: container ?? (named || undefined) } : undefined;
}

export function containerCandidates({ podSpec }: Pick<FoundTarget, "podSpec">): Candidate[] {
  return podSpec
    ? servingContainers(podSpec).map(({ name, image }) => ({ value: name, description: image }))
    : [];
}

interface Port {
  number: number;
  name: string | undefined;
  protocol: string;
}

/** `80:` and `http:`: the local port follows. Of a Service its own ports, else those that the containers declare. */
export function portCandidates(
  { podSpec, servicePorts }: Pick<FoundTarget, "podSpec" | "servicePorts">,
  container: string | undefined,
): Candidate[] {
  const own = podSpec
    ? servingContainers(podSpec).filter(({ name }) => !container || name === container)
    : [];
  const ports: Port[] = servicePorts?.length
    ? servicePorts.map(({ port, name, protocol = "TCP" }) => ({ number: port, name, protocol }))
    : own.flatMap(({ ports = [] }) =>
      ports.map(({ containerPort, name, protocol = "TCP" }) => ({ number: containerPort, name, protocol }))
    );
  return ports.flatMap(({ number, name, protocol }) => [
    { value: `${number}:`, description: name ? `${name}, ${protocol}` : protocol },
    ...name ? [{ value: `${name}:`, description: `${number}, ${protocol}` }] : [],
  ]);
}

/** `exposed`: as Docker writes them, `8000/tcp`. */
export function localPortCandidates(start: string, exposed: string[]): Candidate[] {
  const remote = start.slice(0, start.indexOf(":"));
  const ports = exposed.map((text) => text.replace("/tcp", ""));
  return [...ports, ...(/^\d+$/.test(remote) ? [remote] : [])].map((port) => ({
    value: `${remote}:${port}`,
  }));
}
