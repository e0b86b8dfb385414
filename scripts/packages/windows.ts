/** Packages for Windows: scoop's manifest, and the three of winget. */
import { stringify } from "yaml";
import { archiveOf, product, type Release } from "./product.ts";

export function scoopManifest(release: Release): string {
  const { url, sha256 } = archiveOf(release, "windows-x64");
  const manifest = {
    version: release.version,
    description: product.summary,
    homepage: product.homepage,
    license: product.license,
    architecture: { "64bit": { url, hash: sha256 } },
    bin: "gefyra.exe",
    checkver: { github: product.homepage },
    autoupdate: { architecture: { "64bit": { url: url.replaceAll(release.version, "$version") } } },
  };
  return JSON.stringify(manifest, null, 4) + "\n";
}

const WINGET_SCHEMA = "1.10.0";

/** By file name. The shapes: `https://aka.ms/winget-manifest.TYPE.1.10.0.schema.json`. */
export function wingetManifests(release: Release): Record<string, string> {
  const id = `${product.publisher}.Gefyra`;
  const { url, sha256 } = archiveOf(release, "windows-x64");
  const manifest = (type: string, rest: object) =>
    `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${WINGET_SCHEMA}.schema.json\n` +
    stringify({
      PackageIdentifier: id,
      PackageVersion: release.version,
      ...rest,
      ManifestType: type,
      ManifestVersion: WINGET_SCHEMA,
    });
  const locale = "en-US";
  return {
    [`${id}.yaml`]: manifest("version", { DefaultLocale: locale }),
    [`${id}.installer.yaml`]: manifest("installer", {
      InstallerType: "zip",
      NestedInstallerType: "portable",
      NestedInstallerFiles: [{ RelativeFilePath: "gefyra.exe", PortableCommandAlias: product.name }],
      Installers: [{ Architecture: "x64", InstallerUrl: url, InstallerSha256: sha256.toUpperCase() }],
    }),
    [`${id}.locale.${locale}.yaml`]: manifest("defaultLocale", {
      PackageLocale: locale,
      Publisher: product.publisher,
      PackageName: "Gefyra",
      PackageUrl: product.homepage,
      License: product.license,
      ShortDescription: product.summary,
      Description: product.description,
    }),
  };
}
