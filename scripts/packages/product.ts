/** What all packages say of the program, and the release they are made from. */
import config from "../../deno.json" with { type: "json" };
import { type Archive, type ReleaseFacts, RELEASES_URL, type System } from "../../lib/release/facts.ts";

export const product = {
  name: "gefyra",
  license: config.license,
  homepage: RELEASES_URL.replace(/\/releases$/, ""),
  publisher: "Gefyra",
  /** One line, without a period, at most 80 characters: what Homebrew and Debian ask for. */
  summary: "Run local containers as part of a Kubernetes cluster",
  description:
    "Gefyra makes a container on your machine part of a Kubernetes cluster. The container resolves the " +
    "cluster's names, reaches its services as a pod does, and can take over the traffic of a container in the " +
    "cluster.",
} as const;

export interface Release extends ReleaseFacts {
  /** The folder with the archives. */
  url: string;
}

/** `releases` is where all releases are, see RELEASES_URL. */
export const releaseOf = (facts: ReleaseFacts, releases = RELEASES_URL): Release => ({
  ...facts,
  url: `${releases}/download/v${facts.version}`,
});

/** One system's archive with its address. Throws where the release has none: each package names all that it serves. */
export function archiveOf(release: Release, system: System): Archive & { url: string } {
  const archive = release.archives[system];
  if (!archive) throw new Error(`The release has no archive for ${system}`);
  return { ...archive, url: `${release.url}/${archive.name}` };
}
