/** A bridge as it is asked for and as an API server returns it, for tests. */
import type { GefyraBridge } from "../api/bridge.ts";
import type { BridgeOptions } from "./validate.ts";

export const wanted: BridgeOptions = {
  name: "b",
  app: "api",
  namespace: "shop",
  target: { kind: "Deployment", name: "web", container: undefined },
  ports: [{ remote: 80, local: 8000, protocol: "TCP" }],
};

export const existing = (spec: object = {}) =>
  ({
    metadata: { name: "b", namespace: "shop" },
    spec: {
      client: "c",
      // As an API server returns it: other order, and the container that was chosen.
      destination: { address: "1.2.3.4", name: "api" },
      ports: [{ protocol: "TCP", local: 8000, remote: 80 }],
      target: { container: "nginx", name: "web", kind: "Deployment" },
      ...spec,
    },
  }) as unknown as GefyraBridge;
