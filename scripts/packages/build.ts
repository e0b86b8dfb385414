/** Writes all packages of a folder with archives. */
import { factsOf, type System } from "../../lib/release/facts.ts";
import { output } from "../images/command.ts";
import { tarGz } from "../compile/archive.ts";
import { chartFiles } from "./chart.ts";
import { packageFiles } from "./files.ts";
import { architectures, nfpmConfig } from "./linux.ts";
import { product, type Release, releaseOf } from "./product.ts";

const NFPM = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.1";

export interface BuildOptions {
  version: string;
  /** Has the archives and SHA256SUMS. */
  dist: string;
  /** Where all releases are, else RELEASES_URL. */
  releases?: string | undefined;
  /** Which files to make of those that need a program: "deb", "rpm". */
  formats?: readonly ("deb" | "rpm")[];
}

/** Writes into `dist/packages`; the files, from there. */
export async function buildPackages(options: BuildOptions): Promise<string[]> {
  const { version, dist, formats = ["deb", "rpm"] } = options;
  const out = `${dist}/packages`;
  const release = releaseOf(
    factsOf(version, await Deno.readTextFile(`${dist}/SHA256SUMS`)),
    options.releases,
  );
  const template = await Deno.readTextFile(new URL("install.sh", import.meta.url));
  const files = packageFiles(release, template);
  await Deno.mkdir(out, { recursive: true });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${out}/${name}`, text);
  await Deno.chmod(`${out}/install.sh`, 0o755);
  const chart = `gefyra-chart-${version}.tgz`;
  await Deno.writeFile(`${out}/${chart}`, await chartArchive(version));
  const built = formats.length > 0 ? await buildLinux(release, dist, out, formats) : [];
  return [...Object.keys(files), chart, ...built];
}

/** As `helm package` makes it: all in a folder with the chart's name. */
async function chartArchive(version: string): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return await tarGz(
    Object.entries(chartFiles(version)).map(([path, text]) => ({
      name: `${product.name}/${path}`,
      content: encoder.encode(text),
    })),
  );
}

async function buildLinux(
  release: Release,
  dist: string,
  out: string,
  formats: readonly string[],
): Promise<string[]> {
  const names: string[] = [];
  for (const [system, architecture] of Object.entries(architectures)) {
    const archive = release.archives[system as System];
    if (!archive) continue;
    const work = await Deno.makeTempDir({ prefix: "gefyra-packages-" });
    try {
      await output("tar", ["-xzf", `${dist}/${archive.name}`, "-C", work]);
      await Deno.writeTextFile(`${work}/nfpm.yaml`, nfpmConfig(release.version, architecture, work));
      for (const format of formats) {
        const name = `gefyra-${release.version}-${system}.${format}`;
        const args = ["package", "--config", `${work}/nfpm.yaml`, "--packager", format];
        await output("go", ["run", NFPM, ...args, "--target", `${out}/${name}`], {
          env: { CGO_ENABLED: "0", GOFLAGS: "-trimpath -buildvcs=false" },
          timeout: 20 * 60_000,
        });
        names.push(name);
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  }
  return names;
}
