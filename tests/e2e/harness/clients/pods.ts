/** Prints the names of a namespace's pods, with the client as its documentation shows it for a pod. */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import process from "node:process";

const config = new KubeConfig();
config.loadFromCluster();
const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: process.argv[2]! });
console.log(items.map(({ metadata }) => metadata?.name).join("\n"));
