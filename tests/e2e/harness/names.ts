/** The names that a test file works under. Each has its own, so that files may run side by side. */
import { basename, dirname } from "node:path";
import { contextOf, controlPlaneOf, workersOf } from "../../../lib/lab/nodes.ts";
import { CONNECTION_PREFIX, kubeconfigOf, serialLab, sharedLab, WORKERS } from "./suite.ts";

const file = new URL(Deno.mainModule).pathname;
/** Whether the file shares its lab with others. */
export const SHARED = basename(dirname(file)) === "parallel";
/** The runner names the lane; one that is run by itself is in the first. */
export const lab = SHARED ? sharedLab : serialLab(Number(Deno.env.get("GEFYRA_E2E_LANE") || 1));

export const LAB = lab.name;
export const CONTEXT = contextOf(LAB);
export const kubeconfig = kubeconfigOf(lab);
export const [WORKER] = workersOf(LAB, WORKERS).map(({ name }) => name) as [string];
export const CONTROL_PLANE = controlPlaneOf(LAB).name;

/** Handed to every command in GEFYRA_CONNECTION. */
export const CONNECTION = `${CONNECTION_PREFIX}-${LAB}-${basename(file, ".test.ts")}`;

/** A name that nobody else on this machine uses, e.g. of an app container. */
export const named = (name: string) => `${CONNECTION}-${name}`;
/** The app container of a test that needs only one. */
export const APP = named("app");
