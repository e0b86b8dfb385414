/** What docs/ingress.md says, run as it stands there. Nginx is the ingress: it chooses pods by host name and keeps connections open. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { get, type Manifest } from "../harness/kube.ts";
import { CONTROL_PLANE, named } from "../harness/names.ts";
import { commandsOf } from "../harness/page.ts";
import { ordered, SOON_MS } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { helloContainer, service, tools, workload } from "../harness/workloads.ts";

const LOCAL = "hello from my machine";

/** It knows pods by their addresses, as controllers do. */
const CONFIG = `
upstream shop { server shop-pods:80; keepalive 8; keepalive_timeout 2s; }
server { listen 80 default_server; return 404; }
server {
  listen 80;
  server_name shop.example.com *.shop.example.com;
  location / {
    proxy_pass http://shop;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
  }
}`;

const nodePort = { type: "NodePort" };

function ingress(): Manifest[] {
  const container = helloContainer({
    volumeMounts: [{ name: "config", mountPath: "/etc/nginx/sites-enabled/default", subPath: "default" }],
  });
  const [deployment] = workload("ingress");
  const pod = { containers: [container], volumes: [{ name: "config", configMap: { name: "ingress" } }] };
  Object.assign(deployment!.spec.template.spec, pod);
  return [
    { kind: "ConfigMap", metadata: { name: "ingress" }, data: { default: CONFIG } },
    deployment!,
    service("ingress", nodePort),
  ];
}

Deno.test("a bridge behind an ingress takes its requests, and those of a NodePort", async (t) => {
  await using place = await testEnv("ingress");
  const step = ordered(t);
  const [deployment] = workload("shop");
  const headless = { ...service("shop-pods", { clusterIP: "None", selector: { app: "shop" } }) };
  await place.apply([tools(), deployment!, service("shop", nodePort), headless]);
  await place.applyUnasked(ingress());

  const portOf = async (name: string) =>
    (await get("Service", name, place.namespace)).spec.ports[0].nodePort as number;
  const { status } = await get("Node", CONTROL_PLANE);
  const node = status.addresses.find(({ type }: { type: string }) => type === "InternalIP").address;
  // What DNS and a load balancer do for a real host name.
  const leads = async (from: string, name: string) =>
    `connect-to = "${from}:${node}:${await portOf(name)}"\n`;
  const hosts = ["shop.example.com:80", "alice.shop.example.com:80"];
  const curlrc = await Promise.all([
    ...hosts.map((host) => leads(host, "ingress")),
    leads("NODE:30080", "shop"),
  ]);
  await Deno.writeTextFile(`${place.folder}/.curlrc`, `silent\nshow-error\nfail\n${curlrc.join("")}`);
  await place.write("site", LOCAL);

  const commands = await commandsOf("docs/ingress.md", undefined, {
    folder: place.folder,
    names: [
      [/ -i shop:dev /g, " -i pyserver "],
      [/ -N shop /g, ` -N ${named("shop")} `],
      [/ -n shop /g, ` -n ${place.namespace} `],
    ],
    env: { CURL_HOME: place.folder },
  });
  const ask = () => commands.find(({ command }) => command === "curl http://shop.example.com")!.run();
  await step("without a bridge the original answers", async () => {
    await eventually(async () => assert.match(await ask(), /^hello from nginx on shop-/), SOON_MS);
  });
  await gefyra("up");
  for (const { command, run } of commands) {
    await step(command, async () => {
      if (!command.startsWith("curl ")) return void await run();
      await eventually(async () => assert.equal(await run(), LOCAL));
    });
  }
  await step("with rules, the original answers all other requests", async () => {
    assert.match(await ask(), /^hello from nginx on shop-/);
  });
});
