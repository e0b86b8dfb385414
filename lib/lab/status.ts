/** `gefyra lab status`: the nodes of a lab, in Docker and in Kubernetes. */
import type { Engine } from "../docker/engine.ts";
import { API_PORT, contextOf, NODE_ROLE_LABEL } from "./nodes.ts";
import { isControlPlane, nodesOf } from "./lab.ts";

export interface NodeStatus {
  name: string;
  role: string;
  /** Docker's word: `running`, `exited`, … */
  state: string;
  ready: boolean;
  version: string | undefined;
  address: string | undefined;
  podSubnet: string | undefined;
}

export interface LabStatus {
  name: string;
  context: string;
  /** Where the API server is published. */
  server: string | undefined;
  nodes: NodeStatus[];
}

interface KubernetesNode {
  metadata: { name: string };
  spec: { podCIDR?: string };
  status: { conditions: { type: string; status: string }[]; nodeInfo: { kubeletVersion: string } };
}

/** `undefined` when there is no such lab. */
export async function labStatus(engine: Engine, lab: string): Promise<LabStatus | undefined> {
  const nodes = await nodesOf(engine, lab);
  const [first] = nodes;
  if (!first) return undefined;
  const known = isControlPlane(first) && first.state === "running"
    ? await kubernetesNodes(engine, first.name)
    : [];
  const context = contextOf(lab);
  return {
    name: lab,
    context,
    server: await serverOf(engine, first.name),
    nodes: nodes.map(({ name, state, labels, addresses }) => {
      const node = known.find(({ metadata }) => metadata.name === name);
      const ready = node?.status.conditions.find(({ type }) => type === "Ready")?.status === "True";
      return {
        name,
        role: labels[NODE_ROLE_LABEL] ?? "",
        state,
        ready: ready && state === "running",
        version: node?.status.nodeInfo.kubeletVersion,
        address: addresses[context],
        podSubnet: node?.spec.podCIDR,
      };
    }),
  };
}

/** `https://127.0.0.1:PORT`, as the control plane's container publishes it. */
export async function serverOf(engine: Engine, controlPlane: string): Promise<string | undefined> {
  const bindings = (await engine.inspect(controlPlane))?.HostConfig.PortBindings as
    | Record<string, { HostPort: string }[]>
    | undefined;
  const port = bindings?.[`${API_PORT}/tcp`]?.[0]?.HostPort;
  return port === undefined ? undefined : `https://127.0.0.1:${port}`;
}

async function kubernetesNodes(engine: Engine, controlPlane: string): Promise<KubernetesNode[]> {
  const command = ["kubectl", "get", "nodes", "--output", "json", "--request-timeout", "5s"];
  const { exitCode, stdout } = await engine.exec(controlPlane, command);
  return exitCode === 0 ? JSON.parse(stdout).items : [];
}
