/** The ingredients of each image. Its Dockerfile is `images/<part>/Dockerfile`. */
import { type ImageNames, imageOf, type Part } from "../../lib/images.ts";
import { output } from "./command.ts";
import { contentOf, sha256 } from "./content.ts";
import { goPrograms } from "./golang.ts";
import { deno, folder, goProgram, type Ingredient, program } from "./ingredients.ts";

export interface Recipe {
  ingredients: Ingredient[];
  /** Images that must be built first. */
  needs: Part[];
  buildArgs: Record<string, string>;
}

export type Recipes = Record<Part, Recipe>;

export function recipesFor(names: ImageNames): Recipes {
  const sandbox = { PAUSE_IMAGE: imageOf("pause", names), COREDNS_IMAGE: imageOf("coredns", names) };
  const recipes: Recipes = {
    operator: recipe([folder("images/operator"), program(), deno()]),
    stowaway: recipe([folder("images/stowaway"), goProgram(goPrograms.agent)]),
    cargo: recipe([
      folder("images/cargo"),
      goProgram(goPrograms.coredns),
      goProgram(goPrograms.agent),
      goProgram(goPrograms.files),
    ]),
    carrier: recipe([folder("images/carrier"), goProgram(goPrograms.agent), goProgram(goPrograms.files)]),
    cli: recipe([folder("images/cli"), program(), deno()]),
    pause: recipe([onlyDockerfile("images/pause"), goProgram(goPrograms.pause)]),
    coredns: recipe([onlyDockerfile("images/coredns"), goProgram(goPrograms.coredns)]),
    lab: recipe([folder("images/lab", { skip: ["kube"] }), goProgram(goPrograms.kube)], {
      needs: ["pause", "coredns"],
      buildArgs: sandbox,
    }),
  };
  recipes.lab.ingredients.push(archive(recipes, names));
  return recipes;
}

/** The digest of all ingredients; the label CONTENT_LABEL of the image. */
export async function contentOfRecipe({ ingredients, buildArgs }: Recipe): Promise<string> {
  const entries = (await Promise.all(ingredients.map((ingredient) => ingredient.entries()))).flat();
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(buildArgs)));
  return await contentOf([...entries, { path: "build arguments", digest }]);
}

function recipe(
  ingredients: Ingredient[],
  { needs = [], buildArgs = {} }: Partial<Pick<Recipe, "needs" | "buildArgs">> = {},
): Recipe {
  return { ingredients, needs, buildArgs };
}

function onlyDockerfile(path: string): Ingredient {
  return folder(path, { skip: ["main.go", "go.mod", "go.sum"] });
}

/** The images that a node needs before others can be loaded, as `images.tar`. */
function archive(recipes: Recipes, names: ImageNames): Ingredient {
  const { needs } = recipes.lab;
  return {
    entries: async () =>
      await Promise.all(
        needs.map(async (part) => ({
          path: `images.tar/${part}`,
          digest: await contentOfRecipe(recipes[part]),
        })),
      ),
    put: async (context) => {
      const images = needs.map((part) => imageOf(part, names));
      await output("docker", ["save", "--output", `${context}/images.tar`, ...images]);
    },
  };
}
