/** GefyraBridge: the traffic of one container of a workload goes to one app container; in the target's namespace. */
import { Optional } from "typebox";
import {
  APP_HOSTS,
  DRAIN_TIMEOUT_S,
  LONGEST_DRAIN_TIMEOUT_S,
  STOWAWAY_PORTS,
  TUNNEL_POOL,
} from "../names.ts";
import { conditions } from "./condition-schema.ts";
import { targetKinds } from "./kinds.ts";
import { matchSchema } from "./match-schema.ts";
import { type ModeName, modes } from "./modes.ts";
import { owner, ownerRules } from "./owner-schema.ts";
import type { BridgePhase, PodState } from "./phases.ts";
import type { BridgeReason } from "./reasons.ts";
import {
  flag,
  generation,
  integer,
  list,
  name,
  object,
  oneOf,
  port,
  protocol,
  remotePort,
  reported,
  text,
} from "./schema.ts";

/** `APP_HOSTS` as a pattern. */
const APP_HOST = "([1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-4])";

const target = () =>
  object({
    kind: oneOf(targetKinds),
    name: name(253),
    container: Optional(name(63, {
      description: "Not needed where there is only one, or where the port of a Service leads to one",
    })),
  });

const bridgePort = () =>
  object({
    remote: remotePort({ description: "Of the container, or of the Service that is the target" }),
    local: port({ description: "Of the app container" }),
    protocol: protocol(),
  });

export const bridgeSpec = () =>
  object({
    owner: owner(),
    client: name(253, { description: "Name of the GefyraClient in gefyra's namespace" }),
    target: target(),
    ports: list(bridgePort(), {
      minItems: 1,
      maxItems: 64,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["remote", "protocol"],
    }),
    mode: Optional(oneOf(modes, { description: "Forces one mode; chosen for each pod when absent" })),
    match: Optional(matchSchema()),
    fallback: Optional(flag({
      description: "While the app container refuses connections, the original serves",
    })),
    mirror: Optional(flag({
      description: "The original answers, and the app container gets a copy of each request",
    })),
    drainTimeoutSeconds: Optional(integer({
      minimum: 0,
      maximum: LONGEST_DRAIN_TIMEOUT_S,
      description:
        `After a switch, connections that are never between requests are closed when this time is up; ${DRAIN_TIMEOUT_S} when absent, 0 is at once`,
    })),
    keepConnections: Optional(flag({
      description: "Connections that are open at a switch stay where they are",
    })),
    destination: object({
      // As Docker names containers: it is shown to people, whose terminals obey control characters.
      name: text({ pattern: "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$" }),
      address: text({
        pattern: `^198\\.1[89]\\.\\d{1,3}\\.${APP_HOST}$`,
        description:
          `within ${TUNNEL_POOL}, and its last number from ${APP_HOSTS.first} to ${APP_HOSTS.last}`,
      }),
    }, { description: "The app container: its name for people, its address for Stowaway" }),
  }, {
    "x-kubernetes-validations": [
      ...ownerRules,
      {
        rule: "!has(self.match) || !has(self.mode) || self.mode != 'replace'",
        message: "match needs mode beside: requests that do not match go to the original, which must run",
      },
      {
        rule: "!has(self.match) || self.ports.all(p, p.protocol != 'UDP')",
        message: "match reads HTTP, which a UDP port does not carry",
      },
      {
        rule: "!has(self.fallback) || !self.fallback || !has(self.mode) || self.mode != 'replace'",
        message: "fallback needs mode beside: in mode replace the original does not run",
      },
      {
        rule: "!has(self.fallback) || !self.fallback || self.ports.all(p, p.protocol != 'UDP')",
        message: "fallback works with TCP only: UDP does not show whether a program listens",
      },
      {
        rule: "!has(self.mirror) || !self.mirror || !has(self.mode) || self.mode != 'replace'",
        message: "mirror needs mode beside: in mode replace the original does not run",
      },
      {
        rule: "!has(self.mirror) || !self.mirror || self.ports.all(p, p.protocol != 'UDP')",
        message: "mirror works with TCP only: it copies connections",
      },
      {
        rule: "!has(self.mirror) || !self.mirror || !has(self.fallback) || !self.fallback",
        message: "fallback does not go with mirror: the original answers all requests",
      },
      {
        rule: "self.target == oldSelf.target",
        message: "target cannot be changed: delete the bridge and create another",
      },
      {
        rule: "self.client == oldSelf.client",
        message: "client cannot be changed: delete the bridge and create another",
      },
    ],
  });

const interceptedPort = () =>
  reported({
    remote: Optional(remotePort({ description: "As in the spec; absent where only a probe asks it" })),
    port: port({ description: "Its number in this pod" }),
    protocol: text<"TCP" | "UDP">(),
    path: text<"kernel" | "stream" | "http">(),
  });

const connections = () =>
  reported({
    moved: integer({ minimum: 0, description: "Closed between two requests, or ended by themselves" }),
    cut: integer({ minimum: 0, description: "Closed when the drain timeout was over" }),
    open: integer({ minimum: 0, description: "Still where they were" }),
  }, { description: "Mode beside: those that were open when the pod was taken, and were to follow" });

const interceptedPod = () =>
  reported({
    name: text(),
    uid: text(),
    mode: text<ModeName>(),
    container: text(),
    address: Optional(text({ description: "IPv4 address that its connections to Stowaway come from" })),
    ports: list(interceptedPort()),
    forwards: Optional(flag({
      description:
        "Mode beside: false where the pod's network does not forward packets, so that Nginx carries them",
    })),
    state: text<PodState>(),
    reason: Optional(text({
      maxLength: 4096,
      description: "Why it is in this state, where it is not as wanted",
    })),
    cause: Optional(text<BridgeReason>({ description: "Failed and Restored: the kind of the reason" })),
    connections: Optional(connections()),
    originalImage: Optional(text({
      maxLength: 4096,
      description: "Mode replace: for people; the pod's annotation says what is restored",
    })),
    originalContainer: Optional(text({
      description: "Mode replace: id of the original container when it was replaced; empty when none ran yet",
    })),
    carrierContainer: Optional(text({
      description: "Id of the container in which Carrier was last configured",
    })),
  });

const stowawayPort = () =>
  reported({
    remote: remotePort(),
    protocol: protocol(),
    stowaway: port({ minimum: STOWAWAY_PORTS.first, maximum: STOWAWAY_PORTS.last }),
  });

export const bridgeStatus = () =>
  reported({
    observedGeneration: Optional(generation()),
    phase: Optional(text<BridgePhase>()),
    ports: Optional(list(stowawayPort(), { description: "Stowaway's port for each bridged port" })),
    pods: Optional(list(interceptedPod(), {
      description: "Those that the bridge has taken or means to take",
    })),
    targetPods: Optional(integer({
      minimum: 0,
      description: "Living pods of the target, those that cannot be taken among them",
    })),
    conditions: Optional(conditions()),
  });
