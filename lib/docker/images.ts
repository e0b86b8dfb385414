import { GefyraError, messageOf } from "../errors.ts";
import type { Engine } from "./engine.ts";

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const REGISTRY = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::\\d+)?`;
/** `[REGISTRY/]PATH[:TAG][@DIGEST]`, or an image's id (the grammar of github.com/distribution/reference). */
const REFERENCE = new RegExp(
  `^(?:${REGISTRY}/)?${COMPONENT}(?:/${COMPONENT})*(?::\\w[\\w.-]{0,127})?(?:@[a-zA-Z][\\w+.-]*:[a-fA-F0-9]{32,})?$`,
);

/** Refuses an invalid image name before it becomes part of a request. Pure. */
export function checkImageName(image: string): void {
  if (REFERENCE.test(image)) return;
  throw new GefyraError("image-invalid", `Cannot use image "${image}": it is not a valid name`, {
    exit: "usage",
    hint: "write it as docker does: [REGISTRY/]NAME[:TAG], in lower case, e.g. my-registry:5000/team/app:1.2",
  });
}

export type PullPolicy = "always" | "missing" | "never";

export interface ImageOptions {
  pull?: PullPolicy;
  onProgress?: (line: string) => void;
  /** `OS/ARCHITECTURE[/VARIANT]`; a local image of another one counts as missing. */
  platform?: string | undefined;
}

/** `linux/arm64` is satisfied by `linux/arm64/v8`. */
const isFor = (own = "", wanted = "") => !wanted || `${own}/`.startsWith(`${wanted}/`);

/** Pulls an image if it is missing; returns whether it was pulled. */
export async function requireImage(
  engine: Engine,
  image: string,
  { pull = "missing", onProgress = () => {}, platform }: ImageOptions = {},
): Promise<boolean> {
  const local = await engine.image(image);
  const present = local !== undefined && isFor(local.platform, platform);
  if (pull === "never" || (pull === "missing" && present)) {
    if (present) return false;
    throw new GefyraError(
      "image-missing",
      `Cannot use image "${image}": it is not in Docker, and --pull is never`,
      {
        exit: "notFound",
        hint: `build or pull it first (\`docker pull ${image}\`)`,
      },
    );
  }
  try {
    await engine.pull(image, onProgress, platform);
    return true;
  } catch (cause) {
    throw new GefyraError("image-missing", `Cannot pull image "${image}": ${messageOf(cause)}`, {
      exit: "notFound",
      hint: "check the name (`docker images`), or build it first",
      cause,
    });
  }
}
