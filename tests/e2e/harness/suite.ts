/** One run of the tests: its labs and where it keeps its files. Nothing of a user's own is touched. */
import { cacheFolder } from "../../../scripts/images/cache.ts";

/** `GEFYRA_TEST_LAB` names another, so that several suites may run on one machine. */
export const SUITE = Deno.env.get("GEFYRA_TEST_LAB") || "test";
export const WORKERS = 1;

/** Begins the names of all connections of a suite, with its lab's name after it. */
export const CONNECTION_PREFIX = "e2e";
/** On everything that a test creates in the cluster. */
export const TEST_LABEL = "dev.gefyra.test";

export const root = new URL("../../..", import.meta.url).pathname;
export const folder = cacheFolder(`e2e-${SUITE}`);
/** Held by the process that runs the suite. */
export const lockFile = `${folder}/lock`;
/** The program under test, bundled: it starts faster and stays the same while somebody edits. */
export const program = `${folder}/program/gefyra.js`;

/** How a lab is used: files of `parallel/` share one where Gefyra is installed; one of `serial/` or `alone/` has one for itself. */
export interface SuiteLab {
  name: string;
  shared: boolean;
}

export const sharedLab: SuiteLab = { name: SUITE, shared: true };

/** The lab of the files of `serial/` that run in lane 1, 2, …; in that of lane 1 those of `alone/` run afterwards. */
export const serialLab = (lane: number): SuiteLab => ({ name: `${SUITE}-${lane}`, shared: false });

export const kubeconfigOf = ({ name }: SuiteLab) => `${folder}/kubeconfig-${name}`;
