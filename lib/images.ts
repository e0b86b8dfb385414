/** The names of Gefyra's images. */
import { VERSION } from "./names.ts";

export const DEFAULT_REGISTRY = "gefyra";
export const parts = ["operator", "stowaway", "cargo", "carrier", "lab", "pause", "coredns"] as const;
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

/** The image of one part, e.g. `gefyra/cargo:0.1.0`. */
export function imageOf(part: Part, names: ImageNames = defaultImages): string {
  return `${names.registry}/${part}:${names.tag}`;
}
