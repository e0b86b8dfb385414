import type { InstallOptions } from "../config/manifests.ts";
import type { Transport } from "./endpoints.ts";

/** What `gefyra up` was asked for. */
export interface UpOptions {
  /** Name of the connection; that of the context where none is given. */
  connection?: string | undefined;
  kubeconfig: string;
  /** Seconds. */
  disconnectTimeout: number;
  /** What is in the cluster. Stowaway's service is left as it is where `service` is absent. */
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
