import assert from "node:assert/strict";
import type { Cluster, ExecOptions } from "../kube/cluster.ts";
import { configureCarrier, spokenIn } from "./carrier.ts";

Deno.test("Carrier gets its configuration on stdin, and its refusal is reported", async () => {
  const calls: [unknown, string[], string][] = [];
  const cluster = (exitCode: number) => ({
    exec: (target: unknown, command: string[], { stdin }: ExecOptions = {}) => {
      calls.push([target, command, new TextDecoder().decode(stdin)]);
      return Promise.resolve({ exitCode, stdout: "", stderr: "carrier: unknown directive\n" });
    },
  } as Partial<Cluster> as Cluster);
  const target = { namespace: "shop", pod: "web-1", container: "web" };
  await configureCarrier(cluster(0), target, {
    "nginx.conf": "events {}",
    "nftables.conf": "table ip gefyra",
  });
  const [[where, command, tar] = [undefined, [], ""]] = calls;
  assert.deepEqual([where, command], [target, ["/opt/carrier/bin/carrier", "apply"]]);
  assert.ok(
    ["nginx.conf\0", "events {}", "nftables.conf\0", "table ip gefyra"].every((one) => tar.includes(one)),
  );
  await assert.rejects(
    configureCarrier(cluster(4), target, { "nginx.conf": "", "nftables.conf": "nonsense" }),
    {
      id: "foreign-redirect",
      exit: "refused",
      message: 'Cannot redirect packets in pod "shop/web-1": unknown directive',
    },
  );
  await assert.rejects(
    configureCarrier(cluster(1), target, { "nginx.conf": "nonsense", "nftables.conf": "" }),
    {
      id: "carrier-refused",
      message: 'Cannot configure Carrier in pod "shop/web-1": carrier: unknown directive',
    },
  );
});

Deno.test("of a Carrier's status only protocols of ports are taken, whatever a pod answers", () => {
  assert.deepEqual(spokenIn('{"spoken": ["443-tls", "80-http"]}'), ["443-tls", "80-http"]);
  const odd = [
    "",
    "null",
    "5",
    "[]",
    "{}",
    '{"spoken": 5}',
    '{"spoken": {"length": 9}}',
    '{"spoken": [1, null, "x", "1-\\u001b[2J"]}',
  ];
  for (const text of odd) assert.deepEqual(spokenIn(text), [], text);
  assert.equal(spokenIn(JSON.stringify({ spoken: Array(5_000).fill("80-http") })).length, 1_000);
});
