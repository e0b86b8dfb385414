/**
 * What a release is, as its file `release.json` says: the program's archives with their sums. The packages are made
 * from it, and `gefyra upgrade` reads it.
 */
import { type Static, Type } from "typebox";
import { Check } from "typebox/value";
import { GefyraError } from "../errors.ts";

/** Systems that the program is compiled for. */
export const systems = ["linux-x64", "linux-arm64", "macos-x64", "macos-arm64", "windows-x64"] as const;
export type System = typeof systems[number];

/** Where the releases are: `latest/download/FILE` and `download/vVERSION/FILE`, as GitHub serves them. */
export const RELEASES_URL = "https://github.com/gefyra/gefyra/releases";
export const FACTS_FILE = "release.json";

/** The file's shape; a later release may say more. */
const factsSchema = () =>
  Type.Object({
    version: Type.String({ pattern: "^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$" }),
    /** By system. */
    archives: Type.Record(
      Type.String(),
      Type.Object({
        /** A plain file name, beside `release.json`. */
        name: Type.String({ pattern: "^[\\w.-]+$" }),
        sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
      }),
    ),
  });
export type ReleaseFacts = Static<ReturnType<typeof factsSchema>>;
export type Archive = ReleaseFacts["archives"][string];

export const archiveName = (version: string, system: string): string =>
  `gefyra-${version}-${system}.${system.startsWith("windows") ? "zip" : "tar.gz"}`;

/** The facts of a build, from its sums in the format of `sha256sum`; other files are left out. */
export function factsOf(version: string, sums: string): ReleaseFacts {
  const files = new Map(
    sums.trim().split("\n").map((line): [string, string] => {
      const [sha256 = "", name = ""] = line.split(/ [ *]/);
      return [name, sha256];
    }),
  );
  const archives: ReleaseFacts["archives"] = {};
  for (const system of systems) {
    const name = archiveName(version, system);
    const sha256 = files.get(name);
    if (sha256 !== undefined) archives[system] = { name, sha256 };
  }
  return { version, archives };
}

/** Throws where the text is something else, such as a proxy's page. */
export function parseFacts(text: string, url: string): ReleaseFacts {
  let facts: unknown;
  try {
    facts = JSON.parse(text);
  } catch {
    facts = undefined;
  }
  if (Check(factsSchema(), facts)) return facts;
  throw new GefyraError(
    "release-unreadable",
    `Cannot read the release at ${url}: it is not a ${FACTS_FILE}`,
    {
      hint: "look whether a proxy answers in its place, or set GEFYRA_RELEASES_URL",
    },
  );
}
