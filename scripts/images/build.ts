/** Builds the images of some parts, each only if its content has changed. */
import { type ImageNames, imageOf, type Part } from "../../lib/images.ts";
import { CONTENT_LABEL } from "../../lib/names.ts";
import { cacheFolder } from "./cache.ts";
import { output, succeeds } from "./command.ts";
import type { Report } from "./ingredients.ts";
import { contentOfRecipe, type Recipe, type Recipes, recipesFor } from "./recipes.ts";

/** Tries all parts, then throws the causes of all failures. */
export async function buildImages(parts: readonly Part[], names: ImageNames, report: Report): Promise<void> {
  const recipes = recipesFor(names);
  const wanted = withNeeds(parts, recipes);
  const running = new Map<Part, Promise<void>>();
  const oneAtATime = queue();
  for (const part of wanted) {
    const needs = recipes[part].needs.map((need) => running.get(need));
    running.set(
      part,
      Promise.all(needs)
        .then(() => buildImage(imageOf(part, names), recipes[part], part, { report, oneAtATime }))
        .catch((cause) => {
          throw new Error(`Cannot build the image of "${part}": ${cause.message}`, { cause });
        }),
    );
  }
  const failed = (await Promise.allSettled(running.values())).filter((result) =>
    result.status === "rejected"
  );
  if (failed.length > 0) throw new Error(failed.map(({ reason }) => reason.message).join("\n"));
}

/** The parts and the images that they need, in build order. */
export function withNeeds(parts: readonly Part[], recipes: Pick<Recipes, Part>): Part[] {
  return [...new Set(parts.flatMap((part) => [...recipes[part].needs, part]))];
}

interface Shared {
  report: Report;
  /** Docker's builds run one after another; Go's compiler uses the second core. */
  oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

export async function buildImage(
  image: string,
  recipe: Recipe,
  part: string,
  { report, oneAtATime }: Shared,
): Promise<void> {
  const content = await contentOfRecipe(recipe);
  if (await contentLabel(image) === content) return report(`${part}: ${image} is up to date`);
  const contexts = cacheFolder("contexts");
  await Deno.mkdir(contexts, { recursive: true });
  const context = await Deno.makeTempDir({ dir: contexts, prefix: `${part}-` });
  try {
    for (const ingredient of recipe.ingredients) await ingredient.put(context, report);
    await oneAtATime(async () => {
      const start = performance.now();
      report(`${part}: building ${image}`);
      await provideBase(context);
      await dockerBuild(context, image, recipe.buildArgs, content);
      report(`${part}: built in ${Math.round((performance.now() - start) / 1000)} s`);
    });
  } finally {
    await Deno.remove(context, { recursive: true });
  }
}

/** The classic builder, because Debian's docker.io has no BuildKit. */
async function dockerBuild(context: string, image: string, args: Record<string, string>, content: string) {
  const buildArgs = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  const label = ["--label", `${CONTENT_LABEL}=${content}`];
  await output("docker", ["build", "--force-rm", "--tag", image, ...label, ...buildArgs, context], {
    env: { DOCKER_BUILDKIT: "0" },
  });
}

async function provideBase(context: string): Promise<void> {
  const dockerfile = await Deno.readTextFile(`${context}/Dockerfile`).catch(() => {
    throw new Error("there is no Dockerfile in its folder");
  });
  if (!/^FROM debian:trixie-slim/m.test(dockerfile)) return;
  if (await succeeds("docker", ["image", "inspect", "debian:trixie-slim"])) return;
  const { success } = await new Deno.Command("scripts/base-image", { stdin: "null", stdout: "inherit" })
    .spawn().status;
  if (!success) throw new Error("there is no base image");
}

async function contentLabel(image: string): Promise<string | undefined> {
  const format = `{{ index .Config.Labels "${CONTENT_LABEL}" }}`;
  return await output("docker", ["image", "inspect", "--format", format, image]).catch(() => undefined);
}

/** Runs its tasks one after another. */
export function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
