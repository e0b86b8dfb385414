/** A pod that ends: what is connected goes on, and who comes before the proxies know is served. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { archive } from "../../lib/archive.ts";
import { carrierFiles, type Share } from "../../lib/config/carrier.ts";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, sandbox } from "../docker.ts";
import { ask, jsonOf, talk } from "../talk.ts";
import { addressOf } from "./carrier.ts";
import { HTTP1, polyglot } from "./polyglot.ts";

const ADMIN = ["--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];
/** The proxies know after so long that the pod ends. */
const ENDPOINTS_MS = 2_000;

type Path = "kernel" | "http";

for (const path of ["kernel", "http"] satisfies Path[]) {
  Deno.test(`a request that is under way when the pod ends is answered (${path})`, async () => {
    await using box = sandbox();
    const network = await box.network("pods", []);
    const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
    const variables = ["--env", `GEFYRA_CARRIER_ENDPOINTS=${ENDPOINTS_MS}ms`];
    const carrier = await box.run(
      "carrier",
      ["--network", `container:${pod}`, ...ADMIN, ...variables],
      imageOf("carrier"),
    );
    const original = await polyglot(box, "original", ["--network", `container:${pod}`]);
    const local = await polyglot(box, "local", ["--network", network]);
    const [podIp, localIp] = await Promise.all([addressOf(pod), addressOf(local)]);
    const files = carrierFiles({ status: { podIP: podIp } }, [shareOf(path)], localIp);
    await docker(
      ["exec", "--interactive", carrier, "/opt/carrier/bin/carrier", "apply"],
      await archive({ ...files }),
    );
    const nameOf = async () => jsonOf(await ask(podIp, HTTP1, "GET / HTTP/1.1\nHost: x")).name;
    const state = () => docker(["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", carrier]);
    const client = await talk(podIp, HTTP1);
    await client.say("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    assert.match(await client.hear((text) => text.includes("first")), /x-name: local/i);

    // As the kubelet does it: all containers at once, and this original ends at once.
    await Promise.all([
      docker(["kill", "--signal", "TERM", carrier]),
      docker(["stop", "--time", "0", original]),
    ]);
    const start = performance.now();
    while (performance.now() - start < ENDPOINTS_MS / 2) {
      assert.equal(await nameOf(), "local");
      await delay(100);
    }
    await delay(ENDPOINTS_MS);
    assert.equal(await state(), "running 0");
    await client.say("6\r\nsecond\r\n0\r\n\r\n");
    await client.hear((text) => text.includes("second") && text.endsWith("0\r\n\r\n"));
    await client[Symbol.asyncDispose]();
    await eventually(async () => assert.equal(await state(), "exited 0"), 5_000);
  });
}

/** A bridge of the port; the local app itself is where Stowaway would be. */
const shareOf = (path: Path): Share => ({
  bridge: "mine",
  record: {
    ...{ name: "web-1", uid: "1", mode: "beside", container: "web", state: "Active" },
    ports: [{ remote: HTTP1, port: HTTP1, protocol: "TCP", path }],
  },
  stowawayPorts: new Map([[`${HTTP1}/TCP`, HTTP1]]),
  match: undefined,
  fallback: false,
  mirror: false,
  drainMs: 0,
});
