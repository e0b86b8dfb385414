/** The synced files of a connection's apps, and how they are. */
import { type Connection, connectionLabels } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import type { Problem } from "../app/problems.ts";
import { messageOf } from "../errors.ts";
import { APP_LABEL, FILES_LABEL } from "../names.ts";
import { targetText } from "../workload/target.ts";
import { described, type Renewable } from "./description.ts";
import { type HelperStatus, statusOf } from "./helper.ts";
import { SERVICE_ACCOUNT_FOLDER } from "./identity.ts";

/** Every app with synced files, by name, also if its container is gone. */
export async function listHelpers(engine: Engine, { name }: Connection): Promise<Renewable[]> {
  const helpers = await engine.containers(connectionLabels(name, "files"));
  return helpers.flatMap(({ labels }) => {
    const description = described(labels[FILES_LABEL]);
    return description ? [{ app: labels[APP_LABEL] ?? "", description }] : [];
  }).sort((a, b) => a.app < b.app ? -1 : 1);
}

export interface SyncedPath {
  app: string;
  /** In the cluster's container. */
  remote: string;
  /** In the app container. */
  local: string;
  /** `account`: of a service account. */
  direction: "from pod" | "to pod" | "account";
  /** What it comes from: a pod, or a service account. */
  source: string;
  /** `synced`, `copying`, or what is wrong. */
  state: string;
}

export async function listFiles(engine: Engine, connection: Connection): Promise<SyncedPath[]> {
  const helpers = await listHelpers(engine, connection);
  const rows = await Promise.all(helpers.map(async (helper) => {
    const status = await statusOf(engine, helper.app).catch((error): HelperStatus => ({
      connected: false,
      problem: messageOf(error),
      shares: [],
    }));
    return pathsOf(helper, status);
  }));
  return rows.flat();
}

/** Pure. */
export function pathsOf(
  { app, description: { files, account } }: Renewable,
  status: HelperStatus,
): SyncedPath[] {
  const paths = (files?.wanted ?? []).map(({ name, remote, local, back }): SyncedPath => ({
    ...{ app, remote, local },
    direction: back ? "to pod" : "from pod",
    source: status.pod || (files ? `${files.namespace}/${targetText(files.target)}` : ""),
    state: stateOf(status, status.shares.find((one) => one.name === name)),
  }));
  if (!account) return paths;
  const of = `service account ${account.namespace}/${account.name}`;
  const folder = { remote: SERVICE_ACCOUNT_FOLDER, local: SERVICE_ACCOUNT_FOLDER };
  return [...paths, { app, ...folder, direction: "account", source: of, state: "synced" }];
}

function stateOf(
  { connected, problem }: HelperStatus,
  share: HelperStatus["shares"][number] | undefined,
): string {
  if (!connected) return problem || "connecting";
  return share?.problem || (share?.filled ? "synced" : "copying");
}

/** One for each app whose files are not followed, however many they are. Pure. */
export function fileProblems(paths: SyncedPath[]): Problem[] {
  const broken = paths.filter(({ state }) => !["synced", "copying", "connecting"].includes(state));
  return broken.filter(({ app, state }, i) =>
    broken.findIndex((one) => one.app === app && one.state === state) === i
  ).map(({ app, state, source }) => ({
    message: `app "${app}" keeps the files that it has: ${state} (${source})`,
    remedy: `\`gefyra sync ${app}\` follows a new pod`,
  }));
}
