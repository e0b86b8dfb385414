/**
 * What is used of the official Kubernetes client: the only file that imports it at run time. From its single files, so that
 * a bundle can leave out the rest, which is most of it (a class for each kind of Kubernetes, and an API for each group).
 */
export { KubeConfig } from "@kubernetes/client-node/dist/config.js";
export { Exec } from "@kubernetes/client-node/dist/exec.js";
export { Watch } from "@kubernetes/client-node/dist/watch.js";
