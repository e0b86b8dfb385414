import type { Match } from "../../api/match.ts";

/** One port of the pod as Carrier serves it. */
export interface CarrierServer {
  /** As the pod's clients ask it. */
  port: number;
  /** Where Nginx listens: the port itself, or beside the original another one that packets are redirected to. */
  listen: number;
  protocol: "TCP" | "UDP";
  /** `http` looks into requests, `tcp` hands bytes on. */
  kind: "http" | "tcp";
  /** Where the original listens, the likeliest address first; `undefined` where it is replaced. */
  original: { addresses: string[]; port: number } | undefined;
  /** Who answers the kubelet. */
  probes: "original" | "answer";
  /** Where requests go: to the first whose rules match; without rules all do. */
  routes: CarrierRoute[];
}

export interface CarrierRoute {
  bridge: string;
  match: Match | undefined;
  /** The original serves while the app container refuses connections. */
  fallback: boolean;
  /** `address:port` of Stowaway. */
  upstream: string;
}
