import assert from "node:assert/strict";
import type { Cluster, ExecOptions } from "../kube/cluster.ts";
import { configureCarrier, connectionsIn, spokenIn } from "./carrier.ts";

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

Deno.test("of a Carrier's status only counts of connections are taken, whatever a pod answers", () => {
  const counts = { moved: 3, cut: 0, open: 1 };
  const status = JSON.stringify({ connections: [{ port: "80-tcp", ...counts, error: "x" }] });
  assert.deepEqual([...connectionsIn(status)], [["80-tcp", counts]]);
  const odd = [
    "",
    "null",
    "[]",
    '{"connections": 5}',
    '{"connections": [null, 1, {"port": "80-tcp"}]}',
    '{"connections": [{"port": "80-x", "moved": 1, "cut": 0, "open": 0}]}',
    '{"connections": [{"port": "80-tcp", "moved": -1, "cut": 0, "open": 0}]}',
    '{"connections": [{"port": "80-tcp", "moved": 1e99, "cut": 0, "open": 0}]}',
  ];
  for (const text of odd) assert.deepEqual([...connectionsIn(text)], [], text);
});

Deno.test("Carrier says how many connections are to follow its configuration", async () => {
  for (const [stdout, expected] of [["applied: nftables\nconnections: 12", 12], ["unchanged", 0]] as const) {
    const exec = () => Promise.resolve({ exitCode: 0, stdout, stderr: "" });
    const files = { "nginx.conf": "", "nftables.conf": "rules", "connections.json": "{}" };
    const cluster = { exec } as Partial<Cluster> as Cluster;
    assert.equal(
      await configureCarrier(cluster, { namespace: "shop", pod: "web-1", container: "c" }, files),
      expected,
    );
  }
});
