/** What can be chosen about an installation. */
import type { V1ResourceRequirements, V1Toleration } from "@kubernetes/client-node";
import type { ImageNames } from "../images.ts";
import type { Removes } from "./roles.ts";

export interface InstallOptions {
  /** Gefyra's own namespace. */
  namespace: string;
  images: ImageNames;
  service?: ServiceOptions | undefined;
  removes?: Removes;
  /** The only namespaces where bridges are allowed; all if absent. */
  namespaces?: string[] | undefined;
  /** Names of Secrets in Gefyra's namespace. */
  imagePullSecrets?: string[] | undefined;
  operator?: PodOptions | undefined;
  stowaway?: PodOptions | undefined;
  /** Runs in Stowaway's pod. */
  relay?: Pick<PodOptions, "resources"> | undefined;
}

/** The type of Stowaway's service. */
export interface ServiceOptions {
  type: "NodePort" | "LoadBalancer";
  /** Annotations for a cloud's load balancer. */
  annotations?: Record<string, string>;
  /** UDP port of the load balancer. */
  port?: number;
  /** The cluster picks the node port or keeps it; otherwise it is `WIREGUARD_NODE_PORT`. */
  anyNodePort?: boolean;
}

/** Where a pod runs, and what its main container may use. */
export interface PodOptions {
  /** Requests and limits, each of which replaces the default of the same name. */
  resources?: V1ResourceRequirements | undefined;
  nodeSelector?: Record<string, string> | undefined;
  /** In addition to Gefyra's own. */
  tolerations?: V1Toleration[] | undefined;
}
