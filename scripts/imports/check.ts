/**
 * deno run --allow-all scripts/imports/check.ts
 *
 * The import rules of the house, checked against the real module graph: the rooms, and no circles.
 */
import { readSources } from "../sources.ts";
import { circlesIn } from "./circles.ts";
import { readGraph } from "./graph.ts";
import { problemsOf, textProblemsOf } from "./rules.ts";

export async function checkImports(root: string): Promise<string[]> {
  const sources = await readSources(root);
  const imports = await readGraph(root, Object.keys(sources));
  return [
    ...Object.entries(sources).flatMap(([path, text]) => textProblemsOf(path, text)),
    ...problemsOf(imports),
    ...circlesIn(imports).map((circle) => `circle: ${circle.join(" → ")}`),
  ];
}

if (import.meta.main) {
  const problems = await checkImports(new URL("../..", import.meta.url).pathname);
  for (const problem of problems) console.error(problem);
  if (problems.length) Deno.exit(1);
}
