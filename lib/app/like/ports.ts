/** The ports that `gefyra run --like --bridge` bridges if none is named. Pure. */
import type { V1Container } from "@kubernetes/client-node";
import type { BridgePort } from "../../api/bridge.ts";
import { GefyraError } from "../../errors.ts";
import { type Target, targetText } from "../../workload/target.ts";

/** Those that the container declares, each to the same port here. A Service's ports are others than its pods'. */
export function portsToBridge({ ports = [] }: V1Container, target: Target): BridgePort[] {
  const declared = ports.flatMap(({ containerPort: port, protocol = "TCP" }): BridgePort[] =>
    protocol === "TCP" || protocol === "UDP" ? [{ remote: port, local: port, protocol }] : []
  );
  if (declared.length && target.kind !== "Service") return declared;
  const state = declared.length ? "a Service has ports of its own" : "the container declares no port";
  throw new GefyraError("port-missing", `Cannot bridge "${targetText(target)}": ${state}`, {
    exit: "usage",
    hint: "add e.g. --port 80:8000",
  });
}
