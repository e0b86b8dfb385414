/** The files that are linted, found in Git, so that a new one is never forgotten. */
import { output } from "../images/command.ts";

export interface Source {
  /** From the repository's root. */
  path: string;
  text: string;
}

const SHELL = /^#!.*\b(sh|bash|dash)\b/;

/** Shell scripts have a shebang, or a name that ends in `.sh` because others source them. */
export function isShell({ path, text }: Source): boolean {
  return SHELL.test(text) || path.endsWith(".sh");
}

/** Modules of Nginx are compiled where its headers are: while their image is built. */
export function isPlainC({ path, text }: Source): boolean {
  return path.endsWith(".c") && !text.includes("#include <ngx_");
}

/** Folders of Go modules. */
export function goModules(sources: Source[]): string[] {
  return sources.map(({ path }) => path).filter((path) => path.endsWith("/go.mod"))
    .map((path) => path.slice(0, -"/go.mod".length));
}

/** Every file of the repository, new ones included, that is not ignored. */
export async function readRepository(root: string): Promise<Source[]> {
  const list = await output("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  const sources = await Promise.all(
    list.split("\0").filter((path) => path).map(async (path) => {
      // One that was deleted, but not yet in Git.
      const text = await Deno.readTextFile(`${root}/${path}`).catch(() => undefined);
      return text === undefined ? [] : [{ path, text }];
    }),
  );
  return sources.flat();
}
