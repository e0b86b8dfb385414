/** Prepares the apps of a project: files first, because their mounts belong to the containers. */
import { mergeEnvironment } from "../app/env/merge.ts";
import { overridden } from "../app/like/like.ts";
import type { RunTools } from "../app/run.ts";
import { type AppOptions, appOptions } from "../app/spec.ts";
import type { Connection } from "../connection/connection.ts";
import { apiServerEnv } from "../files/identity.ts";
import { withFiles } from "../files/in-app.ts";
import { type PreparedFiles, prepareFiles } from "../files/sync.ts";
import type { ComposeApp } from "./apply.ts";
import type { ComposeService, GefyraService } from "./model.ts";
import type { ReadService } from "./read.ts";

export interface PreparedApp extends ComposeApp {
  container: string;
  files?: PreparedFiles | undefined;
}

export interface AppContext {
  connection: Connection;
  /** The cluster's DNS domain. */
  domain: string;
  /** By the names of the containers. */
  addresses: Map<string, string>;
}

export async function prepareApp(
  tools: RunTools,
  { connection, domain, addresses }: AppContext,
  { service, container, settings }: GefyraService,
  { read, own }: { read: ReadService; own: ComposeService },
): Promise<PreparedApp> {
  const { cluster } = tools;
  const { namespace } = settings;
  const files = settings.files && await prepareFiles(tools, connection, container, settings.files);
  const env = mergeEnvironment({ from: read.like ? [read.like.variables] : [], files: [], own: [] });
  const identity = files?.identity ? await apiServerEnv(cluster, [...env, ...namesIn(own)]) : [];
  const options: AppOptions = {
    ...overridden(read.like?.options ?? {}, {}, read.taken),
    ...{ image: read.like?.options.image ?? "", name: container, namespace },
    ...{ env: [...identity, ...env], volumes: [], publish: [], remove: false },
  };
  const created = appOptions(options, connection, addresses.get(container) ?? "", domain);
  return { service, container, files, created: files ? withFiles(created, files) : created };
}

const namesIn = ({ environment = {} }: ComposeService) => Object.keys(environment).map((name) => `${name}=`);
