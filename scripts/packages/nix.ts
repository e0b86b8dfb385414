/** The Nix package: `nix-build gefyra.nix`, or `callPackage ./gefyra.nix { }`. */
import type { System } from "../../lib/release/facts.ts";
import { archiveOf, product, type Release } from "./product.ts";

const platforms: Record<string, System> = {
  "x86_64-linux": "linux-x64",
  "aarch64-linux": "linux-arm64",
  "x86_64-darwin": "macos-x64",
  "aarch64-darwin": "macos-arm64",
};

export function nixPackage(release: Release): string {
  const sources = Object.entries(platforms).map(([platform, system]) => {
    const { url, sha256 } = archiveOf(release, system);
    return `    ${platform} = fetchurl {
      url = "${url}";
      sha256 = "${sha256}";
    };`;
  });
  return `{ lib, stdenv, fetchurl, autoPatchelfHook }:

let
  sources = {
${sources.join("\n")}
  };
in
stdenv.mkDerivation {
  pname = "${product.name}";
  version = "${release.version}";
  src = sources.\${stdenv.hostPlatform.system} or (throw "gefyra: no program for \${stdenv.hostPlatform.system}");
  sourceRoot = ".";

  nativeBuildInputs = lib.optional stdenv.hostPlatform.isLinux autoPatchelfHook;
  buildInputs = lib.optional stdenv.hostPlatform.isLinux stdenv.cc.cc.lib;
  # The program's modules are at the end of the file, where strip would cut them off.
  dontStrip = true;
  installPhase = "install -D -m 755 gefyra $out/bin/gefyra";

  meta = {
    description = "${product.summary}";
    homepage = "${product.homepage}";
    license = lib.licenses.asl20;
    mainProgram = "gefyra";
    platforms = builtins.attrNames sources;
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
`;
}
