/** Where the suite works: an own lab and an own connection, so that nobody's own are touched. */
import { cacheFolder } from "../../../scripts/images/cache.ts";
import { contextOf, controlPlaneOf, workersOf } from "../../../lib/lab/nodes.ts";

/** `GEFYRA_TEST_LAB` names another, so that several suites may run on one machine. */
export const LAB = Deno.env.get("GEFYRA_TEST_LAB") || "test";
export const WORKERS = 1;
export const CONTEXT = contextOf(LAB);
/** Handed to every command in GEFYRA_CONNECTION. */
export const CONNECTION = LAB === "test" ? "e2e" : `e2e-${LAB}`;

/** On everything that a test creates in the cluster. */
export const TEST_LABEL = "dev.gefyra.test";

export const [WORKER] = workersOf(LAB, WORKERS).map(({ name }) => name) as [string];
export const CONTROL_PLANE = controlPlaneOf(LAB).name;

export const root = new URL("../../..", import.meta.url).pathname;
export const folder = cacheFolder(CONNECTION);
/** One for all labs: the names of the app containers are the same in each. */
export const turn = `${cacheFolder("e2e")}/turn`;
export const kubeconfig = `${folder}/kubeconfig`;
/** The program under test as one file: it starts faster and stays the same while somebody edits. */
export const program = `${folder}/gefyra.js`;
