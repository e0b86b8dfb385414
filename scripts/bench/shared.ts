/** A cluster that others use: 500 bridges of theirs are created while one bridge of ours comes and goes. */
import { clusterArgs, gefyra, kubectl, NAMESPACE, once, run } from "./commands.ts";
import { connect } from "./stage.ts";
import { freshPod, startApp } from "./switching.ts";
import { UNPROBED } from "./workloads.ts";

const ROUNDS = 5;
/** As many namespaces as the limit of bridges per namespace asks for. */
const NAMESPACES = 10, BRIDGES_IN_EACH = 50;
const LABEL = "bench-others";

export interface Shared {
  /** Seconds of `gefyra bridge` and `gefyra unbridge` together. */
  alone: number[];
  among: number[];
  /** Megabytes of the operator: with one connection, and the most until the end. */
  rest: number;
  most: number;
}

export const shared = once(async (): Promise<Shared> => {
  await connect();
  const app = await startApp();
  await freshPod(UNPROBED);
  await roundTrip(app);
  const rest = await memory("VmRSS");
  const alone = await times(app);
  const user = (await kubectl("auth", "whoami", "--output", "jsonpath={.status.userInfo.username}")).trim();
  const names = Array.from({ length: NAMESPACES }, (_, i) => `${LABEL}-${i}`);
  try {
    await create(
      names.map((name) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { [LABEL]: "" } },
      })),
    );
    const bridges = names.flatMap((namespace) =>
      Array.from({ length: BRIDGES_IN_EACH }, (_, i) => waiting(namespace, `other-${i}`, user))
    );
    // They come while ours do.
    const [among] = await Promise.all([times(app), create(bridges)]);
    return { alone, among, rest, most: await memory("VmHWM") };
  } finally {
    // While there is an operator, which removes its finalizers.
    await kubectl("delete", "namespaces", "--selector", LABEL, "--wait");
  }
});

async function times(app: string): Promise<number[]> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) seconds.push(await roundTrip(app));
  return seconds;
}

async function roundTrip(app: string): Promise<number> {
  const target = ["-n", NAMESPACE, "--target", `deployment/${UNPROBED}`, "--port", "80:80"];
  const bridged = await gefyra("bridge", "-N", app, ...target, "-I", "bench-shared");
  const restored = await gefyra("unbridge", "-N", "bench-shared");
  return bridged.seconds + restored.seconds;
}

/** A bridge that waits for its target. */
const waiting = (namespace: string, name: string, user: string) => ({
  apiVersion: "gefyra.dev/v1alpha1",
  kind: "GefyraBridge",
  metadata: { namespace, name },
  spec: {
    owner: { user },
    client: "nobody",
    target: { kind: "Deployment", name: "nothing" },
    ports: [{ remote: 80, local: 80 }],
    destination: { name: "nothing", address: "198.18.1.10" },
  },
});

async function create(items: object[]): Promise<void> {
  const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await run("docker", clusterArgs("create", "--filename", "-"), { stdin });
}

/** Megabytes of the operator's process. */
async function memory(field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await kubectl(
    ...["exec", "--namespace", "gefyra", "deployment/gefyra-operator", "--"],
    "cat",
    "/proc/1/status",
  );
  return Number(status.match(new RegExp(`${field}:\\s*(\\d+)`))?.[1]) * 1024 / 1e6;
}
