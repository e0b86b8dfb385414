/** What the figures mean. */
import assert from "node:assert/strict";
import type { Connection } from "../../connection/connection.ts";
import type { Container } from "../../docker/engine.ts";
import { CONNECTION_LABEL, ROLE_LABEL } from "../../names.ts";
import type { GefyraBridge } from "../../api/bridge.ts";
import type { GefyraClient } from "../../api/client.ts";
import { apiServerCandidate, type Candidate } from "../../connection/endpoints.ts";
import type { AppContainer } from "../../app/apps.ts";
import type { ObservedBridge } from "../../bridge/observe.ts";
import { judgeBridges } from "./bridges.ts";
import { externalName, judgeNames, judgeSilence, parseLookups } from "./dns.ts";
import type { Result } from "../check-result.ts";
import { localLeftovers, remoteLeftovers } from "./leftovers.ts";
import { judgeHandshake } from "./tunnel.ts";
import { judgeBandwidth, judgeLatency, judgeMtu } from "./measure.ts";
import { judgeRoundTrip } from "./round-trip.ts";
import { judgeTransports, withUsed } from "./transports.ts";
import { judgeVersions } from "./versions.ts";

/** Every verdict but "ok" says what to do, or needs nothing done. */
function assertJudged(results: Result[], ...expected: [Result["verdict"], RegExp, RegExp?][]): void {
  assert.deepEqual(results.map(({ verdict }) => verdict), expected.map(([verdict]) => verdict));
  expected.forEach(([verdict, message, remedy], i) => {
    assert.match(results[i]!.message, message);
    if (remedy) assert.match(results[i]!.remedy ?? "", remedy);
    assert.equal(results[i]!.remedy !== undefined, verdict === "attention" || verdict === "broken");
  });
}

Deno.test("handshake: fresh, stale, never, without a peer", () => {
  const status = (latestHandshake: number) => ({
    ...{ publicKey: "", mtu: 1420, device: "kernel" },
    peers: [{ publicKey: "", endpoint: "10.0.0.1:31820", latestHandshake, rxBytes: 0, txBytes: 0 }],
  });
  const now = 2_000_000;
  assertJudged([judgeHandshake(status(1_900), now)], ["ok", /^100 s ago with 10.0.0.1:31820$/]);
  assertJudged([judgeHandshake(status(1_820), now)], ["broken", /^180 s ago/, /gefyra up/]);
  assertJudged([judgeHandshake(status(0), now)], ["broken", /^never/]);
  assertJudged([judgeHandshake({ ...status(0), peers: [] }, now)], ["broken", /no peer/, /gefyra up/]);
});

Deno.test("latency: the middle and the worst of all answers, and what was lost", () => {
  const twenty = Array.from({ length: 20 }, (_, i) => 1000 - 10 * i);
  assertJudged([judgeLatency(twenty)], ["ok", /^0.91 ms \(at most 1 ms\)$/]);
  assertJudged([judgeLatency([500, 2000])], ["attention", /18 of 20 lost$/, /drops/]);
  assertJudged([judgeLatency([])], ["broken", /nothing comes back/]);
});

Deno.test("MTU and bandwidth: what passes, and what does not", () => {
  for (const bytes of [1420, 1417]) assertJudged([judgeMtu(bytes, 1420)], ["ok", /^1420 bytes/]);
  assertJudged([judgeMtu(1416, 1420)], ["broken", /up to 1416 bytes pass, .* 1420/, /measures it again/]);
  assertJudged([judgeBandwidth(12_500_000, 1_000_000)], ["ok", /^100 Mbit\/s out, 8 Mbit\/s in$/]);
  assertJudged([judgeBandwidth(undefined, undefined)], ["broken", /through/]);
  assertJudged([judgeBandwidth(1, 0)], ["broken", /back/]);
});

Deno.test("transports: one that answers is enough, if it is the one in use", () => {
  const shared: Candidate = { transport: "docker-network", host: "172.18.0.2", port: 31820, network: "kind" };
  const port: Candidate = { transport: "node-port", host: "10.0.0.1", port: 31820 };
  const tried = (first?: number, second?: number) => [
    { candidate: shared, inUse: true, milliseconds: first },
    { candidate: port, inUse: false, milliseconds: second },
  ];
  assertJudged(judgeTransports(tried(3), 31820), ["ok", /kind .*after 3 ms, in use$/], [
    "idle",
    /10.0.0.1:31820: no answer$/,
  ]);
  assertJudged(judgeTransports(tried(undefined, 5), 31820), ["broken", /though in use/, /switches to one/], [
    "ok",
    /5 ms$/,
  ]);
  assertJudged(
    judgeTransports(tried(), 31820),
    ["broken", /in use/, /api-server.*allow UDP 31820.*--endpoint/],
    [
      "broken",
      /no answer/,
    ],
  );
  assertJudged(judgeTransports([], 31820), ["broken", /no address/]);
  const known = { candidate: shared, addresses: ["172.18.0.2:31820"] };
  assert.deepEqual(withUsed([known], "172.18.0.2:31820"), [known]);
  assert.deepEqual(withUsed([known], undefined), [known]);
  const named = { candidate: { ...port, transport: "named" }, addresses: ["10.0.0.1:31820"] };
  assert.deepEqual(withUsed([known], "10.0.0.1:31820"), [named, known]);
});

Deno.test("transports: one that has a name is the one in use by each of its addresses", () => {
  const candidate: Candidate = { transport: "load-balancer", host: "lb.example", port: 443 };
  const named = { candidate, addresses: ["203.0.113.1:443", "203.0.113.2:443"] };
  assert.deepEqual(withUsed([named], "203.0.113.2:443"), [named]);
});

Deno.test("versions: equal ones fit, others come with the remedy for the older side", () => {
  const fine = { cli: "0.2.0", docker: "20.10.24+dfsg1", kubernetes: "v1.34.4", operator: "0.2.0" };
  const judged = (change: object, ...expected: Parameters<typeof assertJudged>[1][]) =>
    assertJudged(judgeVersions({ ...fine, ...change }), ...expected);
  judged({}, ["ok", /gefyra 0.2.0, operator 0.2.0, Kubernetes v1.34.4, Docker 20.10.24/]);
  judged({ operator: undefined }, ["ok", /^gefyra 0.2.0, Kubernetes/]);
  judged({ operator: "0.1.0" }, ["attention", /gefyra 0.2.0, the operator .* 0.1.0/, /`gefyra up` upgrades/]);
  judged({ operator: "0.10.0" }, ["attention", /operator .* 0.10.0/, /install gefyra 0.10.0/]);
  judged({ docker: "19.03.1" }, ["broken", /Docker 19.03.1 is too old/, /20.10/]);
  judged({ kubernetes: "v1.29.9+k3s1" }, ["broken", /v1.29.9\+k3s1 is too old/, /1.30/]);
  judged({ docker: "28.0.1", kubernetes: "v2.0.0" }, ["ok", /./]);
  const cargo = { image: "gefyra/cargo:0.1.0", wanted: "gefyra/cargo:0.2.0" };
  judged({ cargo }, [
    "attention",
    /cargo:0.1.0, but the operator's version needs gefyra\/cargo:0.2.0/,
    /gefyra down/,
  ]);
});

Deno.test("names: inside, outside, and whose fault silence is", () => {
  const [inside, outside] = parseLookups("kubernetes.default 3 10.96.0.1\nexample.com. 3000 \n");
  assert.deepEqual(inside, { name: "kubernetes.default", milliseconds: 3, address: "10.96.0.1" });
  assertJudged(judgeNames(inside!, outside!), [
    "attention",
    /^kubernetes.default is 10.96.0.1 .* example.com/,
    /forward/,
  ]);
  assertJudged(judgeNames(inside!, { ...outside!, address: "1.2.3.4" }), ["ok", /example.com is 1.2.3.4/]);
  assertJudged([judgeSilence(inside!, "10.96.0.10", false, "c")], [
    "broken",
    /10.96.0.10 does not accept/,
    /kube-dns/,
  ]);
  assertJudged([judgeSilence(inside!, "10.96.0.10", true, "c")], ["broken", /accepts/, /docker logs c/]);
  assert.equal(externalName(new URL("https://127.0.0.1:6443")), "example.com");
  assert.equal(externalName(new URL("https://localhost:6443")), "example.com");
  assert.equal(externalName(new URL("https://k8s.my.org:6443")), "k8s.my.org");
});

Deno.test("round trip: each way for itself", () => {
  const at = { service: "10.96.0.1", port: 10000, pod: "p", milliseconds: 3 };
  assertJudged(judgeRoundTrip({ out: true, back: true }, at), ["ok", /port 10000/]);
  assertJudged(judgeRoundTrip({ out: false, back: true }, at), [
    "broken",
    /cannot reach .* \(10.96.0.1:443\)/,
  ]);
  assertJudged(judgeRoundTrip({ out: true, back: false }, at), ["broken", /pod p called/]);
  assert.equal(judgeRoundTrip({ out: false, back: false }, at).length, 2);
});

const container = (name: string, connection: string, role: string, state = "running") =>
  ({ name, state, labels: { [CONNECTION_LABEL]: connection, [ROLE_LABEL]: role } }) as unknown as Container;

Deno.test("leftovers in Docker: connections without a Cargo, and what is without a connection", () => {
  const connections = ["live", "dead", "stopped"].map((name) => ({ name }) as Connection);
  const found = localLeftovers({
    connections,
    containers: [
      container("c1", "live", "cargo"),
      container("c2", "stopped", "cargo", "exited"),
      container("a1", "live", "app", "exited"),
      container("b", "gone", "app"),
      container("a", "gone", "cargo"),
    ],
  });
  assertJudged(
    found,
    ["attention", /connection dead has no running Cargo/, /gefyra down --connection dead/],
    ["attention", /connection stopped/],
    ["attention", /left over from connection gone: a, b$/, /^gefyra down --connection gone$/],
  );
});

Deno.test("leftovers in the cluster: silent clients, and bridges of clients that are gone", () => {
  const now = Date.parse("2026-01-01T01:00:00Z");
  const client = (name: string, lastSeen?: string): GefyraClient => ({
    metadata: { name, namespace: "gefyra", creationTimestamp: new Date("2026-01-01T00:59:00Z") },
    spec: { publicKey: "", disconnectTimeout: 600 },
    status: lastSeen ? { lastSeen } : {},
  });
  const bridge = (name: string, client: string) =>
    ({ metadata: { name, namespace: "shop" }, spec: { client } }) as GefyraBridge;
  const found = remoteLeftovers({
    clients: [
      client("new"),
      client("live", "2026-01-01T00:59:30Z"),
      client("silent", "2026-01-01T00:50:00Z"),
    ],
    bridges: [bridge("mine", "live"), bridge("lost", "gone")],
  }, now);
  assertJudged(
    found,
    [
      "attention",
      /client silent is silent for 10 min/,
      /^kubectl delete gefyraclient silent --namespace gefyra$/,
    ],
    ["attention", /shop\/lost belongs to client gone/, /^kubectl delete gefyrabridge lost --namespace shop$/],
  );
});

Deno.test("transports: the API server counts as reached while it carries the tunnel", () => {
  assert.equal(withUsed([], "127.0.0.1:51821")[0]?.candidate.transport, "api-server");
  const judged = (carries: boolean) =>
    judgeTransports([{ candidate: apiServerCandidate, inUse: true, carries }], 31820);
  assertJudged(judged(true), ["ok", /in use$/]);
  assertJudged(judged(false), ["broken", /though in use$/, /new token/]);
});

Deno.test("bridges: active and answered, or what keeps them from it", () => {
  const dead = { message: "app:8000 does not answer", remedy: "look" };
  const bridge = (phase: string | undefined, more: Record<string, unknown> = {}) => {
    const { problems = [], fallback, reason = phase === "Active" ? "Bridged" : "Switching" } = more;
    const message = more.message ?? (phase === "Active" ? "2 of 2 pods are bridged" : "why");
    const conditions = [{ type: "Ready", reason, message }];
    const metadata = { name: "web", namespace: "shop" };
    return { metadata, spec: { fallback }, problems, ...(phase ? { status: { phase, conditions } } : {}) };
  };
  const app = (strayGateway?: string) => ({ name: "app", ...(strayGateway ? { strayGateway } : {}) });
  const judge = (bridges: unknown[], apps: unknown[] = [app()]) =>
    judgeBridges(bridges as ObservedBridge[], apps as AppContainer[]);
  assertJudged(judge([]), ["ok", /^none$/]);
  assertJudged(judge([bridge("Active")]), ["ok", /^web: active$/]);
  assertJudged(judge([bridge("Active", { problems: [dead] })]), [
    "broken",
    /^web: app:8000 does not/,
    /look/,
  ]);
  assertJudged(judge([bridge("Active", { problems: [dead], fallback: true })]), ["attention", /^web: app/]);
  assertJudged(judge([bridge("Suspended")]), [
    "attention",
    /^web is Suspended: why$/,
    /describe .*web.*shop/,
  ]);
  assertJudged(judge([bridge(undefined)]), ["attention", /^web is Pending$/]);
  const some = "1 of 2 pods are bridged; pod b: no node has room";
  assertJudged(judge([bridge("Active", { reason: "PartlyBridged", message: some })]), [
    "attention",
    /^web is Active: 1 of 2.*no node/,
  ]);
  assertJudged(judge([bridge("Pending", { reason: "CarrierRefused" })]), ["broken", /^web is Pending: why$/]);
  assertJudged(judge([bridge("Refused")]), ["broken", /^web is Refused: why$/]);
  assertJudged(judge([bridge("Pending", { reason: "CarrierFailed" })]), ["broken", /^web is Pending: why$/]);
  assertJudged(judge([], [app("0-a")]), ["broken", /"0-a" instead of Cargo/, /docker network disconnect/]);
  const [stray] = judge([], [app("0-a")]);
  const problems = [{ message: stray!.message, remedy: "" }];
  assert.equal(judge([bridge("Active", { problems })], [app("0-a")]).length, 1, "it is said once");
});
