import type { InstallOptions } from "../config/install-options.ts";
import type { Transport } from "./endpoints.ts";

/** The options of `gefyra up`. */
export interface UpOptions {
  /** Name of the connection; the context's if absent. */
  connection?: string | undefined;
  kubeconfig: string;
  /** Seconds. */
  disconnectTimeout: number;
  /** The installation in the cluster. Without `service`, Stowaway's service stays as it is. */
  install: InstallOptions;
  network: NetworkOptions;
  transport: TransportOptions;
}

export interface NetworkOptions {
  /** Of the Docker network; picked when absent. */
  subnet?: string | undefined;
  /** `local`: only the cluster's ranges use the tunnel. */
  egress: "cluster" | "local";
}

/** How the tunnel is reached. */
export interface TransportOptions {
  /** Overrides the search for an endpoint. */
  host?: string | undefined;
  port?: number | undefined;
  /** The only transport to try. */
  only?: Transport | undefined;
}
