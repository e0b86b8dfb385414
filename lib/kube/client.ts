/**
 * The parts of the official Kubernetes client that Gefyra uses. This is the only file that imports it at run time. It
 * imports single files, so that a bundle can leave out the rest, which is most of it (a class for each kind of
 * Kubernetes, and an API for each group).
 */
export { KubeConfig } from "@kubernetes/client-node/dist/config.js";
export { Watch } from "@kubernetes/client-node/dist/watch.js";

/** Loaded when the first command runs in a pod: it brings a WebSocket. */
export const loadExec = () => import("@kubernetes/client-node/dist/exec.js");
