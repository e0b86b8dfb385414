/** Where the two configuration files are. */
import { dirname, join } from "node:path";

type Env = (name: string) => string | undefined;

export const PROJECT_FILE = "gefyra.yaml";

/** `~/.config/gefyra/config.yaml`, as XDG says; on Windows in `%APPDATA%`. `undefined` without a home. */
export function userFile(env: Env, os: string = Deno.build.os): string | undefined {
  const home = env("HOME") || env("USERPROFILE");
  const folder = env("XDG_CONFIG_HOME") || (os === "windows" && env("APPDATA")) ||
    (home && join(home, ".config"));
  return folder ? join(folder, "gefyra", "config.yaml") : undefined;
}

/**
 * The project's file: in the folder, or in one above it, up to the root of the Git repository. Outside of a repository
 * only the folder itself counts, because what is above it may belong to somebody else.
 */
export function projectFile(folder: string, exists: (path: string) => boolean = isThere): string | undefined {
  const folders = [folder];
  while (dirname(folders.at(-1)!) !== folders.at(-1)) folders.push(dirname(folders.at(-1)!));
  const root = folders.findIndex((one) => exists(join(one, ".git")));
  return folders.slice(0, root + 1 || 1).map((one) => join(one, PROJECT_FILE)).find(exists);
}

export function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
