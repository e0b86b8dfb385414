/** What an app's files are, as a label of its helper: with it, any later command can renew them. Pure. */
import type { Account } from "./identity.ts";
import type { FilesRequest } from "./pod.ts";

export interface Description {
  /** Files of a container in the cluster. */
  files?: FilesRequest | undefined;
  /** A service account that this container does not have. */
  account?: Account | undefined;
}

export interface Renewable {
  app: string;
  description: Description;
}

/** `wanted` has no `volumes`: a new pod may have others, and the app container cannot get another mount. */
export function describe({ files, account }: Description): string {
  const wanted = files?.wanted.map(({ name, remote, local, back }) => ({ name, remote, local, back }));
  return JSON.stringify({ files: files && { ...files, wanted }, account });
}

/** `undefined` if the label is not one of ours. */
export function described(label: string | undefined): Description | undefined {
  try {
    const { files, account } = JSON.parse(label ?? "");
    return files || account ? { files, account } : undefined;
  } catch {
    return undefined;
  }
}
