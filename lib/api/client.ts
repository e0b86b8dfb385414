/** GefyraClient: one connection of one developer's machine, in gefyra's own namespace. */
import type { KubernetesObject, ObjectRef } from "./objects.ts";
import { API_VERSION } from "../names.ts";
import type { Condition } from "./conditions.ts";
import type { ClientPhase } from "./phases.ts";

export const CLIENT_KIND = "GefyraClient";

export interface ClientSpec {
  /** WireGuard public key, base64. The private key never leaves the machine. */
  publicKey: string;
  /** Seconds of silence after which the client is removed with its bridges. */
  disconnectTimeout: number;
  /** Bytes; what the path between the machine and Stowaway carries, as measured from the machine. */
  mtu?: number;
}

/** What the client needs to know in order to connect. */
export interface TunnelStatus {
  /** The connection's own part of the tunnel, always a /24, e.g. `198.18.1.0/24`. */
  subnet: string;
  /** Stowaway's WireGuard public key, base64. */
  serverPublicKey: string;
  /** UDP port on every node. */
  nodePort: number;
  /** The resolver of the cluster's pods, and the domain that their names end in. */
  dns: { server: string; domain: string };
}

/** An app container that a bridge of the client names. */
export interface BridgedApp {
  name: string;
  /** In the tunnel. */
  address: string;
}

export interface ClientStatus {
  observedGeneration?: number;
  phase?: ClientPhase;
  tunnel?: TunnelStatus;
  /** Of all its bridges, in whatever namespace, each once: their addresses are not free while the bridge is there. */
  apps?: BridgedApp[];
  /** RFC 3339; when the client was last heard, in steps of half a minute. */
  lastSeen?: string;
  conditions?: Condition[];
}

export interface GefyraClient extends KubernetesObject {
  spec: ClientSpec;
  status?: ClientStatus;
}

export function clientRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: API_VERSION, kind: CLIENT_KIND, namespace, name };
}
