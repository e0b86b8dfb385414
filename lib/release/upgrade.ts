/** Replaces the program by that of the latest release. */
import { compareVersions } from "compare-versions";
import { GefyraError } from "../errors.ts";
import { sha256 } from "../sha256.ts";
import type { Steps } from "../steps.ts";
import type { ReleaseFacts, System } from "./facts.ts";
import { fetchArchive, latestRelease } from "./fetch.ts";
import { ownerOf } from "./owner.ts";
import { programIn, replaceProgram } from "./replace.ts";

export const isNewer = (version: string, than: string): boolean => compareVersions(version, than) > 0;

/** Pure: Deno's names in those of the archives. */
export function systemOf({ os, arch }: Pick<typeof Deno.build, "os" | "arch">): string {
  const name = os === "darwin" ? "macos" : os;
  return `${name}-${arch === "aarch64" ? "arm64" : "x64"}`;
}

export interface UpgradeOptions {
  /** The program's file. */
  file: string;
  /** Its version. */
  version: string;
  system: System | string;
  releases: string;
  steps: Steps;
}

/** The version that is there now, and whether the file was changed. The old file stays until the sum is right. */
export async function upgrade(options: UpgradeOptions): Promise<{ version: string; changed: boolean }> {
  const { version, system, releases, steps } = options;
  const file = await Deno.realPath(options.file);
  await refuseOwned(file);
  const latest = await steps.step("Look for the latest release", () => latestRelease(releases));
  if (!isNewer(latest.version, version)) return { version, changed: false };
  const { name, sha256: sum } = archiveFor(latest, system);
  const archive = await steps.step(`Fetch ${name}`, () => fetchArchive(releases, latest.version, name));
  const found = sha256(archive);
  if (found !== sum) {
    throw new GefyraError(
      "release-changed",
      `Cannot upgrade: ${name} has the SHA-256 sum ${found}, not ${sum}`,
      { exit: "refused", hint: "try again; if it stays, somebody has changed the file: do not use it" },
    );
  }
  const program = await programIn(archive, name);
  await steps.step(`Replace ${file}`, () => replaceProgram(file, program));
  return { version: latest.version, changed: true };
}

function archiveFor(release: ReleaseFacts, system: string) {
  const archive = release.archives[system];
  if (archive) return archive;
  throw new GefyraError(
    "release-missing",
    `Cannot upgrade: version ${release.version} has no program for ${system}`,
    {
      exit: "notFound",
      hint: "look at the release's page",
    },
  );
}

async function refuseOwned(file: string): Promise<void> {
  const command = await ownerOf(file);
  if (!command) return;
  throw new GefyraError("upgrade-refused", `Cannot upgrade ${file}: it belongs to a package manager`, {
    exit: "refused",
    hint: command,
  });
}

/** The program's own file. Throws where the program is not a file of its own. */
export function ownFile(): string {
  if (Deno.build.standalone) return Deno.execPath();
  throw new GefyraError(
    "upgrade-refused",
    "Cannot upgrade: this Gefyra is run by Deno, not from a program of a release",
    {
      exit: "refused",
      hint: "update the checkout or the JavaScript files, or install a release",
    },
  );
}
