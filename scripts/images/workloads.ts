/** The images of tests/workloads: what runs in the cluster, or beside it, in the tests, the demo and the benchmark. */
import { buildImage, queue } from "./build.ts";
import { folder, type Report } from "./ingredients.ts";

export const workloads = ["hello-nginx", "pyserver", "tools", "musl"] as const;

/** Builds `<name>:latest` of each where its content has changed. */
export async function buildWorkloads(report: Report): Promise<void> {
  const oneAtATime = queue();
  for (const name of workloads) {
    const recipe = { ingredients: [folder(`tests/workloads/${name}`)], needs: [], buildArgs: {} };
    await buildImage(`${name}:latest`, recipe, name, { report, oneAtATime });
  }
}
