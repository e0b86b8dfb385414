/** GefyraClient: one connection of one developer's machine, in gefyra's own namespace. */
import { Optional } from "typebox";
import {
  DISCONNECT_TIMEOUT_S,
  LONGEST_DISCONNECT_TIMEOUT_S,
  SMALLEST_TUNNEL_MTU,
  TUNNEL_MTU,
} from "../names.ts";
import { SHORTEST_DISCONNECT_TIMEOUT_S } from "../settings.ts";
import { conditions } from "./condition-schema.ts";
import { admitted, owner, ownerRules } from "./owner-schema.ts";
import type { ClientPhase } from "./phases.ts";
import { generation, integer, list, object, port, reported, text, time } from "./schema.ts";

export const clientSpec = () =>
  object({
    owner: owner(),
    ...admitted(),
    publicKey: text({
      pattern: "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=$",
      description: "WireGuard public key, base64; the private key never leaves the machine",
    }),
    disconnectTimeout: integer({
      minimum: SHORTEST_DISCONNECT_TIMEOUT_S,
      maximum: LONGEST_DISCONNECT_TIMEOUT_S,
      default: DISCONNECT_TIMEOUT_S,
      description: "Seconds of silence after which the client and its bridges are removed",
    }),
    mtu: Optional(integer({
      minimum: SMALLEST_TUNNEL_MTU,
      maximum: TUNNEL_MTU,
      description: "Bytes that fit the path from the client, as it was measured",
    })),
  }, { "x-kubernetes-validations": ownerRules });

const tunnel = () =>
  reported({
    subnet: text({ description: "The connection's own part of the tunnel, always a /24" }),
    serverPublicKey: text({ description: "Stowaway's WireGuard public key, base64" }),
    nodePort: port({ description: "UDP, on every node" }),
    dns: reported({ server: text(), domain: text() }, {
      description: "The resolver of the cluster's pods, and the domain that their names end in",
    }),
  }, { description: "What the client needs to know in order to connect" });

const app = () => object({ name: text(), address: text({ description: "In the tunnel" }) });

export const clientStatus = () =>
  reported({
    observedGeneration: Optional(generation()),
    phase: Optional(text<ClientPhase>()),
    tunnel: Optional(tunnel()),
    apps: Optional(list(app(), {
      description: "The app containers that its bridges name, each once: their addresses are taken",
    })),
    namespaces: Optional(list(text(), {
      description: "Where its bridges are: its user may not be allowed to list them in all namespaces",
    })),
    lastSeen: Optional(time({ description: "When the client was last heard, in steps of half a minute" })),
    conditions: Optional(conditions()),
  });
