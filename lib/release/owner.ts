/** Who put the program where it is. A file of a package manager is changed by that one only. */

/** Pure: by the file's real path. The command that upgrades it. */
export function ownerOfPath(path: string): string | undefined {
  const plain = path.replaceAll("\\", "/");
  const owners: [RegExp, string][] = [
    [/\/Cellar\/|\/linuxbrew\//, "brew upgrade gefyra"],
    [/\/scoop\/apps\//i, "scoop update gefyra"],
    [/\/WinGet\/Packages\//i, "winget upgrade Gefyra.Gefyra"],
    [/^\/nix\/store\//, "nix-env --upgrade gefyra, or your own Nix configuration"],
  ];
  return owners.find(([pattern]) => pattern.test(plain))?.[1];
}

const TIMEOUT_MS = 10_000;

/** Asks the package managers of Linux as well. */
export async function ownerOf(path: string): Promise<string | undefined> {
  const known = ownerOfPath(path);
  if (known || Deno.build.os !== "linux") return known;
  if (await owns("dpkg-query", ["--search", path])) {
    return "apt install ./PACKAGE.deb, with the package of the release";
  }
  if (await owns("rpm", ["--query", "--file", path])) {
    return "dnf install ./PACKAGE.rpm, with the package of the release";
  }
  return undefined;
}

async function owns(program: "dpkg-query" | "rpm", args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
