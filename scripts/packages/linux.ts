/** The packages for Debian's and Fedora's families, which nfpm makes from one description. */
import { stringify } from "yaml";
import { product } from "./product.ts";

/** Go's names, which nfpm translates: amd64 is rpm's x86_64. */
export const architectures = { "linux-x64": "amd64", "linux-arm64": "arm64" } as const;

/** nfpm's configuration. `folder` has the unpacked archive. Shape: nfpm.goreleaser.com/docs/configuration */
export function nfpmConfig(version: string, architecture: string, folder: string): string {
  const file = (src: string, dst: string, mode: number) => ({
    src: `${folder}/${src}`,
    dst,
    file_info: { mode, owner: "root", group: "root", mtime: MTIME },
  });
  return stringify({
    name: product.name,
    arch: architecture,
    platform: "linux",
    version,
    release: "1",
    section: "net",
    priority: "optional",
    maintainer: `${product.publisher} <${product.homepage}>`,
    description: `${product.summary}\n${product.description}`,
    homepage: product.homepage,
    license: product.license,
    // The libraries of Deno's runtime. Docker is suggested only: the engine may be on another machine.
    overrides: {
      deb: { depends: ["libc6 (>= 2.28)", "libgcc-s1"], suggests: ["docker.io"] },
      rpm: { depends: ["glibc >= 2.28", "libgcc"], suggests: ["moby-engine"] },
    },
    mtime: MTIME,
    contents: [
      file("gefyra", "/usr/bin/gefyra", 0o755),
      file("man/*.1", "/usr/share/man/man1/", 0o644),
      file("LICENSE", "/usr/share/doc/gefyra/copyright", 0o644),
      file("README.md", "/usr/share/doc/gefyra/README.md", 0o644),
    ],
  });
}

/** The same content gives the same package. */
const MTIME = "1980-01-01T00:00:00Z";
