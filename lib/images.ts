/** The names of Gefyra's images. */
import released from "./image-digests.json" with { type: "json" };
import { VERSION } from "./names.ts";

export const DEFAULT_REGISTRY = "gefyra";
export const parts = ["operator", "stowaway", "cargo", "carrier", "lab", "pause", "coredns", "cli"] as const;
export type Part = typeof parts[number];

export interface ImageNames {
  /** The prefix of the part's name, e.g. `gefyra` or `my.registry/team`. */
  registry: string;
  tag: string;
}

/** `GEFYRA_REGISTRY` and `GEFYRA_TAG` change them for all commands. */
export const defaultImages: ImageNames = {
  registry: Deno.env.get("GEFYRA_REGISTRY") || DEFAULT_REGISTRY,
  tag: Deno.env.get("GEFYRA_TAG") || VERSION,
};

/** By part, e.g. `sha256:…`. The file is empty but in a released program, see .github/workflows/release.yml. */
type Digests = Partial<Record<Part, string>>;

/**
 * The image of one part, e.g. `gefyra/cargo:0.1.0`. A released program asks for its own images by digest as well: another
 * image under the same name is never used.
 */
export function imageOf(
  part: Part,
  names: ImageNames = defaultImages,
  digests: Digests = released,
): string {
  const name = `${names.registry}/${part}:${names.tag}`;
  const digest = names.registry === DEFAULT_REGISTRY && names.tag === VERSION ? digests[part] : undefined;
  return digest ? `${name}@${digest}` : name;
}
