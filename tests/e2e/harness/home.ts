/** Where the suite works: an own lab and an own connection, so that nobody's own are touched. */
import { cacheFolder } from "../../../scripts/images/cache.ts";
import { contextOf, controlPlaneOf, workersOf } from "../../../lib/lab/nodes.ts";

export const LAB = "test";
export const WORKERS = 1;
export const CONTEXT = contextOf(LAB);
/** Handed to every command in GEFYRA_CONNECTION. */
export const CONNECTION = "e2e";

/** On everything that a test creates in the cluster. */
export const TEST_LABEL = "dev.gefyra.test";

export const [WORKER] = workersOf(LAB, WORKERS).map(({ name }) => name) as [string];
export const CONTROL_PLANE = controlPlaneOf(LAB).name;

export const root = new URL("../../..", import.meta.url).pathname;
export const folder = cacheFolder("e2e");
export const kubeconfig = `${folder}/kubeconfig`;
/** The program under test as one file: it starts faster and stays the same while somebody edits. */
export const program = `${folder}/gefyra.js`;
