import type { Match } from "../../api/match.ts";

/** One port of the pod as Carrier serves it. */
export interface CarrierServer {
  /** The port that the pod's clients use. */
  port: number;
  /** Where Nginx listens: the port itself or, in mode "beside", another port that packets are redirected to. */
  listen: number;
  protocol: "TCP" | "UDP";
  /** `http` inspects requests, `tcp` passes bytes. */
  kind: "http" | "tcp";
  /** Where the original listens, the likeliest address first; `undefined` if it is replaced. */
  original: { addresses: string[]; port: number } | undefined;
  /** Who answers the kubelet. */
  probes: "original" | "answer";
  /** Where requests go: to the first route whose rules match; a route without rules matches all. */
  routes: CarrierRoute[];
}

export interface CarrierRoute {
  bridge: string;
  match: Match | undefined;
  /** The original serves while the app container refuses connections. */
  fallback: boolean;
  /** `address:port` of Stowaway, or of the tee, which asks the original. */
  upstream: string;
  mirror?: boolean | undefined;
}
