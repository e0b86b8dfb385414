/** GefyraClient: one connection of one developer's machine, in gefyra's own namespace. */
import type { Static } from "typebox";
import type { KubernetesObject, ObjectRef } from "./objects.ts";
import { API_VERSION } from "../names.ts";
import type { clientSpec, clientStatus } from "./client-schema.ts";

export const CLIENT_KIND = "GefyraClient";

export type ClientSpec = Static<ReturnType<typeof clientSpec>>;

export type ClientStatus = Static<ReturnType<typeof clientStatus>>;
/** What the client needs to know in order to connect. */
export type TunnelStatus = NonNullable<ClientStatus["tunnel"]>;
/** An app container that a bridge of the client names. */
export type BridgedApp = NonNullable<ClientStatus["apps"]>[number];

export interface GefyraClient extends KubernetesObject {
  spec: ClientSpec;
  status?: ClientStatus;
}

export function clientRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: API_VERSION, kind: CLIENT_KIND, namespace, name };
}
