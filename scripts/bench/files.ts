/** Files of a pod in an app container: how long they take, and what following them costs while nothing changes. */
import { setTimeout as delay } from "node:timers/promises";
import { helperOf } from "../../lib/files/helper.ts";
import { iperf } from "./bandwidth.ts";
import { gefyra, inApp, kubectl, NAMESPACE, once, onNode, run, until } from "./commands.ts";
import { connect } from "./stage.ts";
import { TYPICAL } from "./workloads.ts";

const ROUNDS = 5, LARGE_ROUNDS = 3, REST_SECONDS = 60;
const LARGE_BYTES = 500_000_000, MANY = 10_000;
const APP = "bench-files";
/** Ticks of /proc/PID/stat per second. */
const TICKS = 100;

/** Seconds from the start of `gefyra run --like` to the app's first instruction, with all volumes of a usual pod. */
export const start = once(async () => {
  const seconds: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    seconds.push(await firstLine("--sync", "volumes"));
    await remove();
  }
  return seconds;
});

/** Mbit/s of one large file, beside those of iperf3 in the same direction. */
export const large = once(async () => {
  await inPod("mkdir -p /data/large /data/small && echo >/data/small/file");
  await inPod(`head -c ${LARGE_BYTES} /dev/urandom >/data/large/file`);
  const file: number[] = [], bare: number[] = [];
  for (let round = 1; round <= LARGE_ROUNDS; round++) {
    const small = await timed("/data/small"), all = await timed("/data/large");
    file.push(LARGE_BYTES * 8 / (all - small) / 1e6);
    bare.push(await iperf(["--reverse"]));
  }
  await inPod("rm -r /data/large");
  return { file, bare };
});

/** Seconds for a directory of 10,000 files of 1 kB, without those that one file takes. */
export const many = once(async () => {
  await inPod("mkdir -p /data/small /data/many && echo >/data/small/file");
  await inPod(`cd /data/many && head -c ${MANY}000 /dev/urandom | split -b 1000 -a 4 -`);
  const seconds: number[] = [];
  for (let round = 1; round <= LARGE_ROUNDS; round++) {
    const small = await timed("/data/small");
    seconds.push(await timed("/data/many") - small);
  }
  await inPod("rm -r /data/many");
  return seconds;
});

async function timed(folder: string): Promise<number> {
  const seconds = await firstLine("--sync", folder);
  await remove();
  return seconds;
}

/** Seconds from a changed ConfigMap in the pod to the same in the app container. */
export const change = once(async () => {
  await firstLine("--sync", "volumes");
  const seconds: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const loop = `until grep -qx ${round} /etc/conf/value; do sleep 0.02; done; date +%s%3N`;
    const there = inPod(loop), here = inApp(APP, "sh", "-c", loop);
    await kubectl("patch", "configmap", TYPICAL, "--patch", JSON.stringify({ data: { value: `${round}` } }));
    // A change of the pod makes the kubelet look at its volumes at once.
    await kubectl("annotate", "--overwrite", "pod", await pod(), `round=${round}`);
    seconds.push((Number(await here) - Number(await there)) / 1000);
  }
  await remove();
  return seconds;
});

/** While nothing changes: percent of a core, of both ends together, and bytes a second that the local end sends and gets. */
export const rest = once(async () => {
  await firstLine("--sync", "volumes");
  await delay(5_000);
  const cpu = await ticks(), sent = await bytes();
  await delay(REST_SECONDS * 1000);
  const percent = (await ticks() - cpu) / TICKS / REST_SECONDS * 100;
  const rate = (await bytes() - sent) / REST_SECONDS;
  await remove();
  return { percent, rate };
});

/** Of all processes called `files`, in the helper and on the node. */
async function ticks(): Promise<number> {
  const sum =
    `cat /proc/[0-9]*/stat 2>/dev/null | awk '$2 == "(files)" { n += $14 + $15 + $16 + $17 } END { print n }'`;
  return Number(await inApp(helperOf(APP), "sh", "-c", sum)) + Number(await onNode("sh", "-c", sum));
}

async function bytes(): Promise<number> {
  const both = "cat /sys/class/net/eth0/statistics/rx_bytes /sys/class/net/eth0/statistics/tx_bytes";
  const [received = 0, sent = 0] = (await inApp(helperOf(APP), "sh", "-c", both)).split("\n").map(Number);
  return received + sent;
}

/** Seconds from the start of `gefyra run` to what the container prints first: the time. */
async function firstLine(...options: string[]): Promise<number> {
  await connect();
  const like = ["--like", `deployment/${TYPICAL}`, "-N", APP, "-n", NAMESPACE, "-d"];
  const { startedAt } = await gefyra("run", ...like, ...options);
  const said = await until(
    "the app's first line",
    async () => (await run("docker", ["logs", APP])).stdout || undefined,
  );
  return (Number(said) - startedAt) / 1000;
}

const remove = () => gefyra("rm", "--force", APP);

const pod = () =>
  kubectl("get", "pods", "--selector", `app=${TYPICAL}`, "--output", "jsonpath={.items[0].metadata.name}");

async function inPod(script: string): Promise<string> {
  return await kubectl("exec", `deployment/${TYPICAL}`, "--", "sh", "-c", script);
}
