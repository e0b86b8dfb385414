/** The images of tests/workloads, for the tests, the demo and the bench. */
import { buildImage, queue } from "./build.ts";
import { goPrograms } from "./golang.ts";
import { folder, goProgram, type Ingredient, type Report } from "./ingredients.ts";

/** These run in the cluster too. */
export const clusterWorkloads = ["hello-nginx", "pyserver", "tools", "musl", "polyglot"] as const;
const workloads = [...clusterWorkloads, "runtimes", "packager"] as const;
type Workload = (typeof workloads)[number];

const programs: { [name in Workload]?: Ingredient } = {
  polyglot: goProgram(goPrograms.polyglot),
  runtimes: goProgram(goPrograms.dlv),
};

/** Builds `<name>:latest` of each if its content has changed. */
export async function buildWorkloads(
  report: Report,
  names: readonly Workload[] = workloads,
): Promise<void> {
  const oneAtATime = queue();
  for (const name of names) {
    const program = programs[name];
    const ingredients = [folder(`tests/workloads/${name}`), ...(program ? [program] : [])];
    const recipe = { ingredients, needs: [], buildArgs: {} };
    await buildImage(`${name}:latest`, recipe, name, { report, oneAtATime });
  }
}
