import type { InstallOptions } from "../config/install-options.ts";
import type { ImageNames } from "../images.ts";
import type { Transport } from "./endpoints.ts";

/** The options of `gefyra up`. */
export interface UpOptions {
  /** Name of the connection; the context's if absent. */
  connection?: string | undefined;
  kubeconfig: string;
  /** Seconds. */
  disconnectTimeout: number;
  /** Who else may use the client; absent: as before. */
  admits?: Admits | undefined;
  /** The installation in the cluster. Without `service`, Stowaway's service stays as it is. */
  install: InstallOptions;
  /** The images that the user named on the command line: an installation that stays must have them. */
  namedImages?: ImageNames | undefined;
  network: NetworkOptions;
  transport: TransportOptions;
}

/** Users and groups whose bridges may lead to a client, beside its owner's. */
export interface Admits {
  users: string[];
  groups: string[];
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
