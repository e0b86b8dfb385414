/** What it takes to find the endpoint that a tunnel uses. */
import type { Path } from "./cargo.ts";
import type { Candidate } from "./endpoints.ts";
import type { Tools } from "./tools.ts";

export interface Search {
  tools: Tools;
  /** Name of the container. */
  cargo: string;
  candidates: Candidate[];
  /** Sets the endpoint, none where it is absent, and the MTU in bytes. True when something differed. */
  apply: (endpoint?: Candidate, mtu?: number) => Promise<boolean>;
  /** Whether the relay had to be made or started; `undefined` where this user may not use it. */
  startRelay: () => Promise<boolean | undefined>;
}

export interface Reached {
  endpoint: Candidate;
  changed: boolean;
  path: Path;
}
