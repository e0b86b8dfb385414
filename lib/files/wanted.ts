/** What a user wants to have of a container's files: `--sync` and `--sync-back`. Pure. */
import { GefyraError } from "../errors.ts";

export interface Wanted {
  /** Of the share, once it has one. */
  name?: string | undefined;
  /** An absolute path in the container, without a slash at its end, or `VOLUMES`. */
  remote: string;
  /** Where it appears in the app container. */
  local: string;
  /** From the app container to the pod. */
  back: boolean;
}

/** As `remote`: all volume mounts of the container. */
export const VOLUMES = "volumes";

/** `REMOTE[:LOCAL]` of each option. Throws `sync-invalid` with all problems. */
export function parseWanted(sync: string[], syncBack: string[] = []): Wanted[] {
  const problems: string[] = [];
  const parse = (back: boolean) => (text: string): Wanted => {
    const [remote = "", local = remote, ...rest] = text.split(":");
    const paths = text === VOLUMES ? [] : [remote, local];
    if (rest.length || paths.some((path) => !isPath(path))) {
      problems.push(`"${text}" is not REMOTE[:LOCAL] with absolute paths, or "${VOLUMES}"`);
    }
    return { remote: trimmed(remote), local: trimmed(local), back };
  };
  const wanted = [...sync.map(parse(false)), ...syncBack.map(parse(true))];
  if (problems.length) throw invalid(problems);
  return wanted;
}

/** Not the root: an app container is an image of its own. */
const isPath = (path: string) =>
  path.startsWith("/") && trimmed(path) !== "" && !path.split("/").includes("..") && !path.includes("\0");

const trimmed = (path: string) => path.replace(/\/+/g, "/").replace(/\/$/, "");

export function invalid(
  problems: string[],
  hint = "write e.g. --sync /etc/config, --sync /etc/config:/config or --sync volumes",
): GefyraError {
  return new GefyraError("sync-invalid", `Cannot sync files: ${problems.join("; ")}`, {
    exit: "usage",
    hint,
  });
}
