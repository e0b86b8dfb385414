import { GefyraError, messageOf } from "../errors.ts";
import type { Engine } from "./engine.ts";

export type PullPolicy = "always" | "missing" | "never";

/** Makes sure that an image is there, pulling it when it is not. */
export async function requireImage(
  engine: Engine,
  image: string,
  { pull = "missing", onProgress = () => {} }: { pull?: PullPolicy; onProgress?: (line: string) => void } =
    {},
): Promise<void> {
  const present = await engine.image(image) !== undefined;
  if (pull === "never" || (pull === "missing" && present)) {
    if (present) return;
    throw new GefyraError(
      "image-missing",
      `Cannot use image "${image}": it is not here and --pull is never`,
      {
        exit: "notFound",
        hint: `build or pull it first (\`docker pull ${image}\`)`,
      },
    );
  }
  try {
    await engine.pull(image, onProgress);
  } catch (cause) {
    throw new GefyraError("image-missing", `Cannot pull image "${image}": ${messageOf(cause)}`, {
      exit: "notFound",
      hint: "check the name (`docker images`), or build it first",
      cause,
    });
  }
}
