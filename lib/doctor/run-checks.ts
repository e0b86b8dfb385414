/** `gefyra doctor`: all checks in the order of the output. Each runs as soon as the checks that it needs are done. */
import pTimeout from "p-timeout";
import type { Path } from "../connection/cargo.ts";
import type { Cluster } from "../kube/cluster.ts";
import { requireRights } from "../kube/rights.ts";
import { type Connection, dockerNames } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { checkBridges } from "./checks/bridges.ts";
import { checkDns } from "./checks/dns.ts";
import { schedule } from "./schedule.ts";
import type { CheckResult, Finding } from "./check-result.ts";
import { checkCluster, checkConnection, checkDocker, checkKubeconfig, checkRights } from "./checks/local.ts";
import { registerProbe, removeProbe } from "./probe.ts";
import { checkLeftovers } from "./checks/leftovers.ts";
import { checkCargo, judgeHandshake } from "./checks/tunnel.ts";
import {
  checkBandwidth,
  checkLatency,
  checkMtu,
  judgeMtu,
  measurePath,
  pickServerPort,
  runServer,
  stopServer,
  toExec,
} from "./checks/measure.ts";
import { startProbeContainer } from "./probe-container.ts";
import { checkRoundTrip, toMakeRoundTrip } from "./checks/round-trip.ts";
import { checkClient, checkPart } from "./checks/cluster.ts";
import { checkTransports } from "./checks/transports.ts";
import { checkVersions } from "./checks/versions.ts";
import { connectionToCheck, type Wanted } from "./which.ts";

export interface DoctorTools {
  engine: Engine;
  /** Connects to the connection's cluster or, without a connection, to the named or current context. */
  connectCluster: (connection: Connection | undefined) => Promise<Cluster>;
}

export interface DoctorOptions extends Wanted {
  /** Gefyra's namespace, if there is no connection. */
  namespace: string;
}

export interface Diagnosis {
  /** True if nothing is broken. */
  healthy: boolean;
  seconds: number;
  findings: Finding[];
}

export async function runChecks(
  { engine, connectCluster }: DoctorTools,
  options: DoctorOptions,
  tell: (finding: Finding) => void,
): Promise<Diagnosis> {
  const start = performance.now();
  const { check, findings } = schedule();
  const undo: (() => Promise<unknown>)[] = [];

  const docker = check({
    id: "docker",
    title: "Docker",
    needs: {},
    silence: "Docker hangs: restart it",
  }, () => checkDocker(engine));
  const chosen = docker.then(({ value }) => value && connectionToCheck(engine, options));
  // Without Docker, or if the connection to use is unclear, the current context is checked.
  const known = chosen.catch(() => undefined);
  const namespace = known.then((connection) => connection?.namespace ?? options.namespace);

  const kubeconfig = check(
    { id: "kubeconfig", title: "Kubeconfig", needs: {} },
    async () => await checkKubeconfig(async () => await connectCluster(await known)),
  );
  const api = check(
    {
      id: "cluster",
      title: "Cluster",
      needs: { kubeconfig },
      silence: "check that the cluster runs, a VPN, a firewall (`kubectl cluster-info`)",
    },
    ({ kubeconfig }) => checkCluster(kubeconfig),
  );
  check(
    { id: "rights", title: "Rights", needs: { kubeconfig, api } },
    async ({ kubeconfig }) => await checkRights(kubeconfig, await namespace, await known),
  );
  const versions = check(
    { id: "versions", title: "Versions", needs: { docker, kubeconfig, api } },
    async ({ docker, kubeconfig: cluster, api }) => {
      const connection = await known;
      return await checkVersions({
        engine,
        cluster,
        docker: docker.version,
        kubernetes: api.version,
        namespace: await namespace,
        cargo: connection && dockerNames(connection.name).cargo,
      });
    },
  );
  const connection = check(
    { id: "connection", title: "Connection", needs: { docker } },
    async () => checkConnection((await chosen)!),
  );
  const operator = check(
    { id: "operator", title: "Operator", needs: { connection, kubeconfig, api } },
    ({ kubeconfig, connection }) => checkPart(kubeconfig, connection.namespace, "operator"),
  );
  const stowaway = check(
    { id: "stowaway", title: "Stowaway", needs: { connection, kubeconfig, api } },
    ({ kubeconfig, connection }) => checkPart(kubeconfig, connection.namespace, "stowaway"),
  );
  const tunnel = check(
    { id: "client", title: "Client", needs: { connection, kubeconfig, api } },
    ({ kubeconfig, connection }) => checkClient(kubeconfig, connection),
  );
  const cargo = check(
    { id: "cargo", title: "Cargo", needs: { connection } },
    ({ connection }) => checkCargo(engine, connection),
  );
  const probeClient = once(async () => {
    const [{ value: cluster }, { value: known }] = await Promise.all([kubeconfig, connection]);
    const made = await registerProbe(cluster!, known!.namespace);
    undo.push(() => removeProbe(cluster!, known!.namespace, made));
    return made;
  });
  const transports = check(
    {
      id: "transport",
      title: "Transport",
      needs: { connection, kubeconfig, operator, stowaway, tunnel, cargo },
    },
    async ({ kubeconfig: cluster, ...found }) =>
      await checkTransports({ engine, cluster, ...found, probeClient: await probeClient() }),
  );
  check(
    { id: "handshake", title: "Handshake", needs: { cargo } },
    ({ cargo: { status } }) => {
      const result = judgeHandshake(status, Date.now());
      return Promise.resolve({ results: [result], value: {} });
    },
  );
  const port = pickServerPort();
  // Measurements do not run beside checks that load the machine.
  const latency = check(
    {
      id: "latency",
      title: "Latency",
      needs: { connection, kubeconfig, stowaway, cargo },
      after: [transports, versions],
    },
    async ({ connection, kubeconfig, stowaway, cargo }): Promise<CheckResult<{ path?: Path }>> => {
      const measurement = { engine, cargo: cargo.name, port };
      if (!await kubeconfig.allowed(toExec(connection.namespace, stowaway.name))) {
        const { path, result } = await measurePath(measurement);
        return { results: [result], ...(path ? { value: { path } } : {}) };
      }
      const served = runServer(kubeconfig, connection.namespace, stowaway.name, port).catch(() => {});
      undo.push(async () => {
        await stopServer(measurement);
        await pTimeout(served, { milliseconds: 1_000, fallback: () => {} });
      });
      return await checkLatency(measurement);
    },
  );
  const mtu = check(
    { id: "mtu", title: "MTU", needs: { cargo, latency } },
    async ({ cargo: { name, status }, latency: { path } }) =>
      path
        ? { results: [judgeMtu(path.mtu, status.mtu)], value: {} }
        : await checkMtu({ engine, cargo: name, port }, status.mtu),
  );
  const probe = Promise.all([connection, tunnel, cargo, latency]).then(
    async ([connection, tunnel, cargo, latency]) => {
      if (!connection.value || !tunnel.value || !cargo.value || !latency.value) return undefined;
      const { dns: { domain }, apps } = tunnel.value;
      const started = await startProbeContainer(engine, connection.value, {
        cargo: cargo.value.name,
        domain,
        apps,
      });
      undo.push(() => engine.remove(started.id));
      return started;
    },
  );
  probe.catch(() => {});
  const bandwidth = check(
    {
      id: "bandwidth",
      title: "Bandwidth",
      needs: { connection, kubeconfig, stowaway, cargo, latency },
      after: [mtu],
    },
    async ({ connection: { namespace }, kubeconfig, stowaway, cargo: { name } }) => {
      await requireRights(kubeconfig, [toExec(namespace, stowaway.name)], "measure");
      return await checkBandwidth({ engine, cargo: name, port });
    },
  );
  const names = check(
    { id: "dns", title: "DNS", needs: { kubeconfig, tunnel, cargo, latency }, after: [bandwidth] },
    async ({ kubeconfig: { server }, tunnel, cargo }) =>
      await checkDns({ engine, probe: (await probe)!, cargo: cargo.name, tunnel, server }),
  );
  const roundTrip = check(
    {
      id: "round-trip",
      title: "Round trip",
      needs: { connection, kubeconfig, operator, stowaway, tunnel, cargo, latency },
      after: [bandwidth],
    },
    async ({ kubeconfig: cluster, ...found }) => {
      await requireRights(cluster, toMakeRoundTrip(found), "test a bridge");
      return await checkRoundTrip({
        engine,
        cluster,
        ...found,
        probeClient: await probeClient(),
        probe: (await probe)!,
      });
    },
  );
  check(
    { id: "bridges", title: "Bridges", needs: { connection, kubeconfig, api, cargo } },
    ({ kubeconfig, connection }) => checkBridges(engine, kubeconfig, connection),
  );
  check(
    { id: "leftovers", title: "Leftovers", needs: {}, after: [names, roundTrip] },
    async () => {
      const [local, cluster, answers] = await Promise.all([docker, kubeconfig, api]);
      return await checkLeftovers(local.value && engine, answers.value && cluster.value);
    },
  );

  try {
    const all = await findings(tell);
    const healthy = all.every(({ verdict }) => verdict !== "broken");
    return { healthy, seconds: Math.round((performance.now() - start) / 100) / 10, findings: all };
  } finally {
    await Promise.allSettled([transports, latency, probe, names, roundTrip]);
    await Promise.allSettled(undo.map((one) => one()));
  }
}

/** The first check that needs a shared object creates it. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
