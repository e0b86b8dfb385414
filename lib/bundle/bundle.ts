/** `gefyra support-bundle`: one archive with everything needed for a diagnosis, and no secrets. */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { archive } from "../archive.ts";
import type { Connection } from "../connection/connection.ts";
import { kubeconfigPaths } from "../connection/current.ts";
import { type DoctorTools, runChecks } from "../doctor/run-checks.ts";
import { connectionToCheck, type Wanted } from "../doctor/which.ts";
import { GefyraError, messageOf } from "../errors.ts";
import type { Steps } from "../steps.ts";
import { collectCluster } from "./cluster.ts";
import { collection, type Files } from "./collect.ts";
import { collectDocker } from "./docker.ts";
import { kubeconfigSecrets } from "./kubeconfig.ts";
import { type Scrub, scrub } from "./scrub.ts";

export interface BundleOptions extends Wanted {
  /** Whether the user gave the connection's name on the command line. */
  typed?: boolean | undefined;
  /** Gefyra's namespace, if there is no connection. */
  namespace: string;
  /** Where the archive goes. */
  file: string;
  /** Versions of the program and what it runs on. */
  program: object;
}

const README =
  `The output of \`gefyra support-bundle\`: the findings of \`gefyra doctor\`, the state of Gefyra's objects in Docker and
in the cluster and of the bridged pods, and the logs of Gefyra's own parts. missing.txt, if it exists, lists what could
not be collected.

Removed: private keys, tokens, certificates, and the values of all environment variables (their names stay). Not
collected: Secrets of the cluster, the kubeconfig, the output of your own programs. The bundle contains names of images,
containers, services, namespaces and folders, and addresses: check it before you publish it.
`;

/** Returns the names of the files in the archive. */
export async function supportBundle(
  tools: DoctorTools & { steps: Steps },
  options: BundleOptions,
): Promise<string[]> {
  const { engine, connectCluster, steps } = tools;
  const all = collection();
  const connection = await connectionToPack(engine, options);
  await all.add("README.txt", () => Promise.resolve(README));
  await all.add("gefyra.json", () => Promise.resolve({ ...options.program, connection }));
  await steps.step("Examining", async (note) => {
    await all.add("doctor.json", async () => {
      const diagnosis = await runChecks(tools, options, () => {});
      note(diagnosis.healthy ? "nothing is broken" : "something is broken");
      return diagnosis;
    });
  });
  const known = await steps.step("Collecting states and logs", async () => {
    const secrets = await collectDocker(engine, options.connection && connection?.name, all);
    const namespace = connection?.namespace ?? options.namespace;
    const seen = await reachable(connectCluster, connection)
      .then((cluster) => collectCluster(cluster, namespace, all))
      .catch(async (error) => {
        await all.add("cluster", () => Promise.reject(error));
        return { publicKeys: [], secrets: [] };
      });
    const own = await kubeconfigSecrets(connection?.kubeconfig ?? kubeconfigPaths(options.kubeconfig));
    return { publicKeys: seen.publicKeys, secrets: [...secrets, ...seen.secrets, ...own] };
  });
  return await steps.step(
    "Removing secrets and writing",
    () => write(options.file, all.files, scrub(known)),
  );
}

/** A bundle is useful without Docker or a connection too. But a mistyped name must not collect the wrong connection. */
async function connectionToPack(
  engine: DoctorTools["engine"],
  { typed, ...wanted }: BundleOptions,
): Promise<Connection | undefined> {
  try {
    return await connectionToCheck(engine, wanted);
  } catch (error) {
    if (typed && error instanceof GefyraError && error.id === "not-connected") throw error;
    return undefined;
  }
}

/** A cluster that does not answer is tried once, not once per file. */
async function reachable(
  connectCluster: DoctorTools["connectCluster"],
  connection: Connection | undefined,
) {
  const cluster = await connectCluster(connection);
  await cluster.version();
  return cluster;
}

async function write(file: string, files: Files, clean: Scrub): Promise<string[]> {
  const texts = [...files].map(([path, content]): [string, string] => [
    clean.text(path),
    typeof content === "string" ? clean.text(content) : `${JSON.stringify(clean.object(content), null, 2)}\n`,
  ]);
  const folder = file.split("/").at(-1)!.replace(/(\.tar)?\.t?gz$/, "");
  const entries = Object.fromEntries(texts.map(([path, text]) => [`${folder}/${path}`, text]));
  try {
    await Deno.writeFile(file, gzipSync(Buffer.from(await archive(entries))), { mode: 0o600 });
  } catch (cause) {
    throw new GefyraError("bundle-unwritable", `Cannot write "${file}": ${messageOf(cause)}`, {
      hint: "name another file with --file",
      cause,
    });
  }
  return texts.map(([path]) => path).sort();
}
