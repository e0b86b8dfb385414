/** The input and output of the search for an endpoint. */
import type { Path } from "./cargo.ts";
import type { Candidate } from "./endpoints.ts";
import type { Tools } from "./tools.ts";

export interface Search {
  tools: Tools;
  /** Name of the container. */
  cargo: string;
  candidates: Candidate[];
  /** Sets the endpoint (none if absent) and the MTU in bytes. Returns whether anything changed. */
  apply: (endpoint?: Candidate, mtu?: number) => Promise<boolean>;
  /** Starts the relay. Returns whether it had to be created or started; `undefined` if this user may not use it. */
  startRelay: () => Promise<boolean | undefined>;
}

export interface Reached {
  endpoint: Candidate;
  changed: boolean;
  path: Path;
}
