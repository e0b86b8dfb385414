/** The desired state of a lab in Docker: its network and its nodes. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, HostConfig, NetworkCreateOptions } from "dockerode";
import { GefyraError } from "../errors.ts";
import { KUBECONFIG_LABEL, LAB_LABEL, ROLE_LABEL } from "../names.ts";
import { contract } from "../contract.ts";

export const DEFAULT_LAB = "lab";
export const API_PORT = contract.ports.labApiServer;
/** The folder of a node's certificates. */
export const PKI_FOLDER = contract.paths.labPki;

export type NodeRole = "control-plane" | "worker";
/** On a lab's nodes: their role in the cluster. */
export const NODE_ROLE_LABEL = "dev.gefyra.lab-node-role";

export interface LabNode {
  name: string;
  role: NodeRole;
}

/** The kubeconfig's context, cluster and user; also the Docker network. */
export function contextOf(lab: string): string {
  return `gefyra-${lab}`;
}

export function controlPlaneOf(lab: string): LabNode {
  return { name: `${contextOf(lab)}-control-plane`, role: "control-plane" };
}

export function workersOf(lab: string, count: number): LabNode[] {
  return Array.from(
    { length: count },
    (_, i) => ({ name: `${contextOf(lab)}-worker-${i + 1}`, role: "worker" }),
  );
}

/** `connection-…` and `cargo-…` would clash with the names of a connection's network and Cargo. */
export function checkLabName(lab: string): void {
  if (/^(?!connection-|cargo-)[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/.test(lab)) return;
  throw new GefyraError(
    "lab-name",
    `Cannot use the name "${lab}" for a lab: it must be valid in host names`,
    {
      exit: "usage",
      hint: "use up to 32 lower-case letters, digits and dashes, not beginning with connection- or cargo-",
    },
  );
}

export function labNetwork(lab: string): NetworkCreateOptions {
  return { Name: contextOf(lab), Labels: { [LAB_LABEL]: lab, [ROLE_LABEL]: "lab-network" } };
}

export interface NodeOptions {
  lab: string;
  image: string;
  /** Port of 127.0.0.1 for the API server. It is fixed, because a port that Docker picks changes with a restart. */
  apiPort: number;
  /** The file from which `lab down` removes the context. */
  kubeconfig: string;
}

/**
 * A node's additional capabilities: mounts (SYS_ADMIN), networks (NET_ADMIN), and, for its pods, access to other
 * processes (SYS_PTRACE). Device access is controlled by the pods' own rules.
 */
const capabilities = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"];

export function nodeContainer(node: LabNode, options: NodeOptions): ContainerCreateOptions {
  const { lab, image, apiPort, kubeconfig } = options;
  const controlPlane = node.role === "control-plane";
  const port = `${API_PORT}/tcp`;
  return {
    name: node.name,
    Hostname: node.name,
    Image: image,
    Cmd: controlPlane ? ["control-plane"] : ["worker", controlPlaneOf(lab).name],
    Labels: {
      [LAB_LABEL]: lab,
      [ROLE_LABEL]: "lab-node",
      [NODE_ROLE_LABEL]: node.role,
      ...(controlPlane ? { [KUBECONFIG_LABEL]: kubeconfig } : {}),
    },
    ...(controlPlane ? { ExposedPorts: { [port]: {} } } : {}),
    HostConfig: <HostConfig & { CgroupnsMode: string }> {
      CapAdd: capabilities,
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      // runc mounts a fresh /proc and sets sysctls for every pod.
      MaskedPaths: [],
      ReadonlyPaths: [],
      DeviceCgroupRules: ["a *:* rwm"],
      CgroupnsMode: "private",
      Tmpfs: { "/run": "exec", "/tmp": "exec" },
      NetworkMode: contextOf(lab),
      ...(controlPlane
        ? { PortBindings: { [port]: [{ HostIp: "127.0.0.1", HostPort: `${apiPort}` }] } }
        : {}),
    },
  };
}
