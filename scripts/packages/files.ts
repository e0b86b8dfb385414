/** All that is made from a release's facts alone, by file name: a release on GitHub has no folders. */
import { FACTS_FILE } from "../../lib/release/facts.ts";
import { homebrewFormula } from "./homebrew.ts";
import { installScript } from "./install-script.ts";
import { nixPackage } from "./nix.ts";
import type { Release } from "./product.ts";
import { scoopManifest, wingetManifests } from "./windows.ts";

export function packageFiles(release: Release, installTemplate: string): Record<string, string> {
  const { version, archives } = release;
  return {
    [FACTS_FILE]: JSON.stringify({ version, archives }, null, 2) + "\n",
    "install.sh": installScript(release, installTemplate),
    "gefyra.rb": homebrewFormula(release),
    "gefyra.json": scoopManifest(release),
    "gefyra.nix": nixPackage(release),
    ...wingetManifests(release),
  };
}
