/** Whatever serves in a cluster can be bridged, however it is named, and comes back. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { get, type Json, type Manifest } from "../harness/kube.ts";
import { type TestEnv, testEnv } from "../harness/test-env.ts";
import { fewAtATime, ordered, report, timed } from "../harness/steps.ts";
import { helloContainer, service, tools, toolsContainer, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

interface Case {
  name: string;
  /** What is meant, in one of kubectl's modes. */
  target: string;
  ports?: string[];
  objects: Manifest[];
  /** Default: the service of that name. */
  url?: (place: TestEnv) => Promise<string>;
  /** Addresses that answer; default 1. */
  pods?: number;
  /** Also in the original's place, where no more than the kind matters. */
  replace?: boolean;
}

const GRACE = { terminationGracePeriodSeconds: 1 };
const hello = helloContainer(), named = helloContainer({ ports: [{ name: "http", containerPort: 80 }] });

function set(
  kind: string,
  name: string,
  containers: Json[] = [hello],
  pod: Json = {},
  more: Json = {},
): Manifest {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...GRACE, containers, ...pod } },
      ...more,
    },
  };
}

const barePod = (name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name } },
  spec: { ...GRACE, containers: [hello] },
});

const serviceUrl = (name: string, port = 80) => () => Promise.resolve(`http://${name}:${port}`);

async function podUrl({ namespace }: TestEnv, name: string): Promise<string> {
  return `http://${(await get("Pod", name, namespace)).status.podIP}`;
}

const cases: Case[] = [
  {
    name: "deployment",
    replace: true,
    target: "deployments.apps/deployment",
    objects: workload("deployment"),
  },
  {
    name: "stateful",
    replace: true,
    target: "sts/stateful",
    objects: [
      set("StatefulSet", "stateful", [hello], {}, { serviceName: "stateful" }),
      service("stateful", { clusterIP: "None" }),
    ],
    url: () => Promise.resolve("http://stateful-0.stateful"),
  },
  {
    name: "daemon",
    replace: true,
    target: "ds/daemon",
    objects: [set("DaemonSet", "daemon"), service("daemon")],
    pods: 2,
  },
  {
    name: "replicas",
    replace: true,
    target: "rs/replicas",
    objects: [set("ReplicaSet", "replicas"), service("replicas")],
  },
  { name: "bare", replace: true, target: "pod/bare", objects: [barePod("bare"), service("bare")] },
  {
    name: "alone",
    target: "po/alone",
    objects: [barePod("alone")],
    url: (place) => podUrl(place, "alone"),
  },
  {
    name: "by-service-port",
    target: "svc/by-service-port",
    ports: ["8081:8000"],
    objects: [
      set("Deployment", "by-service-port"),
      service("by-service-port", {}, { port: 8081, targetPort: 80 }),
    ],
    url: serviceUrl("by-service-port", 8081),
  },
  {
    name: "by-service-name",
    target: "services/by-service-name",
    ports: ["web:8000"],
    objects: [
      set("Deployment", "by-service-name", [named]),
      service("by-service-name", {}, { name: "web", port: 80, targetPort: "http" }),
    ],
  },
  {
    name: "headless",
    replace: true,
    target: "svc/headless",
    objects: [set("Deployment", "headless"), service("headless", { clusterIP: "None" })],
  },
  {
    name: "undeclared",
    target: "deploy/undeclared",
    objects: [set("Deployment", "undeclared", [helloContainer({ ports: [] })]), service("undeclared")],
  },
  {
    name: "two-containers",
    replace: true,
    target: "deploy/two-containers/hello-nginx",
    objects: [set("Deployment", "two-containers", [toolsContainer, hello]), service("two-containers")],
  },
  {
    name: "service-of-two",
    target: "svc/service-of-two",
    objects: [set("Deployment", "service-of-two", [toolsContainer, hello]), service("service-of-two")],
  },
  {
    name: "sidecar",
    target: "deploy/sidecar/proxy",
    objects: [
      set("Deployment", "sidecar", [toolsContainer], {
        initContainers: [
          { ...toolsContainer, name: "first", command: ["true"] },
          { ...hello, name: "proxy", restartPolicy: "Always" },
        ],
      }),
      service("sidecar"),
    ],
  },
  {
    name: "port-name",
    target: "deployment/port-name",
    ports: ["http:8000"],
    objects: [set("Deployment", "port-name", [named]), service("port-name")],
  },
  {
    name: "two-ports",
    target: "deploy/two-ports",
    ports: ["80:8000", "8080:8000"],
    objects: [
      set("Deployment", "two-ports", [
        helloContainer({ ports: [{ containerPort: 80 }, { containerPort: 8080 }] }),
      ]),
      service("two-ports", {}, { port: 80, targetPort: 8080 }),
    ],
  },
];

Deno.test("targets: every kind of workload is bridged and restored", async (t) => {
  await using place = await testEnv("targets");
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...cases.flatMap(({ objects }) => objects)]), gefyra("up")]);
  await place.run(APP, "local");
  const urls = new Map<string, string>();
  for (const { name, url } of cases) urls.set(name, await url?.(place) ?? `http://${name}`);

  const bridgeAll = (chosen: Case[], mode: string) =>
    fewAtATime(chosen, ({ name, target, ports = ["80:8000"] }) => {
      const to = ["-n", place.namespace, "--target", target, ...ports.flatMap((port) => ["--port", port])];
      return gefyra("bridge", "-N", APP, "-I", name, ...to, mode);
    });
  const answers = (chosen: Case[]) =>
    Promise.all(chosen.map(async ({ name, pods = 1 }) => {
      const found = await place.askOften(urls.get(name)!, 4 * pods);
      return [name, [...new Set(found)].join()] as const;
    }));
  const assertAll = (chosen: Case[], expected: RegExp) =>
    eventually(async () => {
      for (const [name, answer] of await answers(chosen)) assert.match(answer, expected, name);
    }, 60_000);

  await step("without a bridge the originals answer", () => assertAll(cases, /^(hello from nginx|healthy)/));

  for (const mode of ["--keep", "--replace"]) {
    const chosen = cases.filter(({ replace }) => mode === "--keep" || replace);
    await step(`${mode}: all answer from here`, async () => {
      report(`${chosen.length} bridges took ${await timed(() => bridgeAll(chosen, mode))}`);
      await assertAll(chosen, /^local$/);
      const { stdout } = await gefyra("list", "--bridges");
      for (const { name, pods = 1 } of chosen) {
        assert.match(stdout, new RegExp(`^${name} .* Active +${pods}/${pods}$`, "m"));
      }
    });

    await step(`${mode}: all are restored`, async () => {
      report(`unbridge --all took ${await timed(() => gefyra("unbridge", "--all"))}`);
      await assertAll(chosen, /^(hello from nginx|healthy)/);
    });
  }
});
