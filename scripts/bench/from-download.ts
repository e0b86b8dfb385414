/** From nothing but Docker, a kubeconfig and the address of the program to a bridge that answers. */
import { gefyra, kubeconfig, LAB, NAMESPACE, once, run } from "./commands.ts";
import { startLoadClient } from "./load-client.ts";
import { portableFile } from "./sizes.ts";
import { disconnect } from "./stage.ts";
import { freshPod } from "./switching.ts";
import { PROBED } from "./workloads.ts";

const ROUNDS = 3;
const APP = `${LAB}-first`;

/** Seconds in each round: all of it, and the download with the program's first start alone. */
export const fromDownload = once(async () => {
  const total: number[] = [], program: number[] = [];
  await using server = fileServer(await portableFile());
  await disconnect();
  for (let round = 1; round <= ROUNDS; round++) {
    await freshPod(PROBED);
    const folder = await Deno.makeTempDir({ prefix: "gefyra-bench-" });
    try {
      await using client = await startLoadClient(PROBED);
      const startedAt = Date.now();
      await run("curl", ["--fail", "--silent", "--show-error", "--output", `${folder}/gefyra`, server.url]);
      await Deno.chmod(`${folder}/gefyra`, 0o755);
      const env = {
        KUBECONFIG: kubeconfig,
        GEFYRA_CONNECTION: LAB,
        // As on a machine that has never run it.
        GEFYRA_CACHE_DIR: `${folder}/cache`,
      };
      const own = (...args: string[]) => run(`${folder}/gefyra`, args, { env });
      await own("version");
      program.push((Date.now() - startedAt) / 1000);
      await own("up");
      await own("run", "-i", "hello-nginx", "-N", APP, "-n", NAMESPACE, "-d");
      await own("bridge", "-N", APP, "-n", NAMESPACE, "--target", `deployment/${PROBED}`, "--port", "80:80");
      total.push((await client.answered((answer) => answer === APP, startedAt) - startedAt) / 1000);
    } finally {
      await gefyra("down");
      await Deno.remove(folder, { recursive: true });
    }
  }
  return { total, program };
});

/** Serves one file on loopback. */
function fileServer(file: string): { url: string } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    const { readable } = await Deno.open(file);
    return new Response(readable);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/gefyra`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
