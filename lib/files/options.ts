/** What `gefyra run` is asked for. Pure. */
import type { Target } from "../workload/target.ts";
import type { Description } from "./description.ts";
import { invalid, parseWanted } from "./wanted.ts";

export interface FilesOptions {
  namespace: string;
  /** The container whose files are wanted. */
  from: Target | undefined;
  sync: string[];
  syncBack: string[];
  serviceAccount: string | undefined;
}

/** `undefined` if nothing is wanted. Throws `sync-invalid` if it is not said of which container. */
export function describeOptions(
  { namespace, from, sync, syncBack, serviceAccount }: FilesOptions,
): Description | undefined {
  const wanted = parseWanted(sync, syncBack);
  if (wanted.length && !from) {
    throw invalid(["it is not said of which container"], "add --sync-from KIND/NAME");
  }
  if (!wanted.length && serviceAccount === undefined) return undefined;
  return {
    ...(wanted.length ? { files: { namespace, target: from!, wanted } } : {}),
    ...(serviceAccount === undefined ? {} : { account: { namespace, name: serviceAccount } }),
  };
}
