/** install.sh with the release's version, address and sums. */
import type { Release } from "./product.ts";

/** `template` is the text of install.sh beside this file. */
export function installScript(release: Release, template: string): string {
  const archives = Object.entries(release.archives)
    .filter(([system]) => !system.startsWith("windows"))
    .map(([system, { name, sha256 }]) => `${system} ${name} ${sha256}`).join("\n");
  const values = { VERSION: release.version, URL: release.url, ARCHIVES: archives };
  return Object.entries(values).reduce((text, [name, value]) => {
    const empty = `\n${name}=''\n`;
    if (!text.includes(empty)) throw new Error(`install.sh has no line ${name}=''`);
    return text.replace(empty, () => `\n${name}='${value}'\n`);
  }, template);
}
