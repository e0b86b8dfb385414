/** Connections as answers have them. */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Number as NumberOf,
  Object as ObjectOf,
  Optional,
  String as StringOf,
} from "typebox";
import { transports } from "../../lib/connection/endpoints.ts";
import { cargo, connection, list, oneOf, problem } from "./parts.ts";

const endpoint = () =>
  ObjectOf({
    transport: oneOf([...transports, "named"], "`named`: by the user"),
    host: StringOf(),
    port: NumberOf(),
    network: Optional(StringOf({ description: "The Docker network that Cargo joins" })),
  });

export const up = () =>
  ObjectOf({
    connection: connection(),
    endpoint: endpoint(),
    mtu: NumberOf({ description: "Bytes" }),
    latencyMs: NumberOf(),
    changed: BooleanOf({ description: "False if nothing had to be changed" }),
    problems: list(problem(), "What the cluster lacks"),
  });

const bridgeState = () =>
  ObjectOf({
    namespace: StringOf(),
    name: StringOf(),
    target: StringOf({ description: "KIND/NAME" }),
    app: StringOf(),
    phase: StringOf(),
    message: StringOf({ description: "Of the operator; empty if all pods are bridged" }),
    pods: StringOf({ description: "Active pods and all pods of the target, e.g. 1/2" }),
    problems: list(problem(), "On this machine"),
  });

const part = () => Optional(StringOf({ description: "Which right is missing to read it" }));

const clusterState = () =>
  ObjectOf({
    reachable: BooleanOf(),
    reason: Optional(StringOf({ description: "Why it is not reachable" })),
    operator: Optional(BooleanOf({ description: "It runs" })),
    stowaway: Optional(BooleanOf({ description: "It runs" })),
    client: Optional(StringOf({ description: "Phase of the GefyraClient; absent if there is none" })),
    unknown: Optional(ObjectOf({ operator: part(), stowaway: part(), client: part() })),
  });

export const status = () =>
  ObjectOf({
    connected: BooleanOf(),
    connection: Optional(connection()),
    cargo: Optional(cargo()),
    cluster: Optional(clusterState()),
    bridges: Optional(list(bridgeState(), "Absent if they cannot be listed")),
    hidden: Optional(StringOf({ description: "Which bridges cannot be seen, and why" })),
  });

export const statuses = () =>
  ObjectOf({
    connected: BooleanOf({ description: "There is a connection, and all work" }),
    connections: ArrayOf(status()),
  });
