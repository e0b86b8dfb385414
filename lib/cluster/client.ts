/**
 * What is used of the official Kubernetes client: the only file that imports it at run time. Named one by one, so that a
 * bundle leaves the rest of it out, which is most of it (a class for each kind of Kubernetes).
 */
export { Exec, KubeConfig, Watch } from "@kubernetes/client-node";
