/** The local end: a container beside Cargo that keeps the volumes of an app container equal to the pod. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, MountSettings } from "dockerode";
import { basename } from "node:path";
import { type Connection, connectionLabels } from "../connection/connection.ts";
import { contract } from "../contract.ts";
import type { Engine } from "../docker/engine.ts";
import { requireImage } from "../docker/images.ts";
import { GefyraError } from "../errors.ts";
import { imageOf } from "../images.ts";
import { APP_LABEL, FILES, FILES_LABEL } from "../names.ts";
import type { Offer } from "./pod.ts";
import type { Share } from "./plan.ts";

export const helperOf = (app: string) => `${FILES}-${app}`;
/** One volume for each share, and one for a service account's token. */
export const volumeOf = (app: string, share: string) => `${helperOf(app)}-${share}`;
const folderOf = (share: string) => `/sync/${share}`;

/**
 * It may give files to the users that own them in the pod, and nothing else. Its key is in its own file system, so
 * nothing of it is in a setting. Pure.
 */
export function helperOptions(
  connection: Connection,
  { app, shares, description }: { app: string; shares: string[]; description: string },
  image: string,
): ContainerCreateOptions {
  return {
    name: helperOf(app),
    Image: image,
    Entrypoint: [contract.paths.files, "follow"],
    Labels: {
      ...connectionLabels(connection.name, "files"),
      [APP_LABEL]: app,
      [FILES_LABEL]: description,
    },
    HostConfig: {
      NetworkMode: connection.network,
      CapDrop: ["ALL"],
      // FSETID: without it, the kernel drops the setgid bit of directories of another group.
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"],
      SecurityOpt: ["no-new-privileges"],
      RestartPolicy: { Name: "unless-stopped" },
      Mounts: shares.map((share) => ({
        Type: "volume",
        Source: volumeOf(app, share),
        Target: folderOf(share),
      })),
    },
  };
}

/** Creates and starts it, with its volumes, instead of one that a removed app of this name has left. The volumes of an app that is there stay. */
export async function startHelper(
  engine: Engine,
  connection: Connection,
  wanted: { app: string; shares: string[]; description: string },
): Promise<void> {
  const image = imageOf("cargo");
  await requireImage(engine, image);
  if (await engine.inspect(wanted.app)) await removeFollower(engine, wanted.app);
  else await removeHelper(engine, wanted.app);
  const labels = { ...connectionLabels(connection.name, "volume"), [APP_LABEL]: wanted.app };
  await Promise.all(wanted.shares.map((share) => engine.createVolume(volumeOf(wanted.app, share), labels)));
  await engine.start(await engine.create(helperOptions(connection, wanted, image)));
}

/** Removes it, and the volumes that no container uses any longer. It tells the pod first. */
export async function removeHelper(engine: Engine, app: string): Promise<void> {
  await removeFollower(engine, app);
  for (const { name } of await engine.volumes({ [APP_LABEL]: app })) {
    await engine.removeVolume(name);
  }
}

async function removeFollower(engine: Engine, app: string): Promise<void> {
  await leave(engine, app);
  await engine.remove(helperOf(app));
}

/** A pod that is not told waits for a while, and its container ends then. */
async function leave(engine: Engine, app: string): Promise<void> {
  const container = await engine.inspect(helperOf(app));
  if (container?.State.Running) await call(engine, app, ["leave"]).catch(() => {});
}

/** While the tunnel is up: the containers in the pods end when their last client says bye. */
export async function leavePods(engine: Engine, connection: string): Promise<void> {
  const helpers = await engine.containers(connectionLabels(connection, "files"));
  await Promise.all(helpers.map(({ labels }) => leave(engine, labels[APP_LABEL] ?? "")));
}

async function call(engine: Engine, app: string, args: string[], stdin?: unknown): Promise<string> {
  const input = stdin === undefined ? undefined : new TextEncoder().encode(JSON.stringify(stdin));
  const { exitCode, stdout, stderr } = await engine.exec(
    helperOf(app),
    [contract.paths.files, ...args],
    input,
  );
  if (exitCode === 0) return stdout.trim();
  throw failed(app, stderr.trim().replace(/^files: /, "") || `exit code ${exitCode}`);
}

export function failed(app: string, state: string): GefyraError {
  return new GefyraError("sync-failed", `Cannot sync files of app "${app}": ${state}`, {
    hint: `see \`docker logs ${helperOf(app)}\``,
  });
}

export const identityOf = (engine: Engine, app: string) => call(engine, app, ["identity"]);

/** Tells it what to follow, and where. */
export async function join(
  engine: Engine,
  app: string,
  { offer, pod, shares }: { offer: Offer; pod: string; shares: Share[] },
): Promise<void> {
  await call(engine, app, ["join"], {
    address: offer.address,
    identity: offer.identity,
    pod,
    shares: shares.map(({ name, back, remote }) => ({
      name,
      back,
      folder: folderOf(name),
      ...(isFile(offer, name) ? { file: basename(remote) } : {}),
    })),
  });
}

/** Replaces files of a share, each whole. */
export const store = (engine: Engine, app: string, share: string, files: Record<string, string>) =>
  call(engine, app, ["store", folderOf(share)], files);

export interface HelperStatus {
  /** Whether the pod answers. */
  connected: boolean;
  /** Why it does not. */
  problem?: string;
  pod?: string;
  /** The name of the key of the pod that it follows. */
  identity?: string;
  shares: { name: string; filled: boolean; problem?: string }[];
}

export const statusOf = async (engine: Engine, app: string): Promise<HelperStatus> =>
  JSON.parse(await call(engine, app, ["status"]));

/** What the app container gets: directories as mounts, and a link for each file, because engines mount no file of a volume. */
export interface AppFiles {
  mounts: MountSettings[];
  /** Links in the app container: where, and where to. */
  links: { at: string; to: string }[];
}

const isFile = ({ shares }: Pick<Offer, "shares">, name: string) =>
  shares.find((one) => one.name === name)?.kind === "file";

/** Where the volume of a file is, in the app container. */
export const fileFolder = (share: string) => `/.gefyra/${share}`;

export function appFiles(app: string, shares: Share[], offer: Pick<Offer, "shares">): AppFiles {
  const files: AppFiles = { mounts: [], links: [] };
  for (const { name, local, remote, back } of shares) {
    const file = isFile(offer, name);
    const target = file ? fileFolder(name) : local;
    files.mounts.push(mount(app, name, target, { readOnly: !back }));
    if (file) files.links.push({ at: local, to: `${target}/${basename(remote)}` });
  }
  return files;
}

/** `NoCopy`: Docker would fill an empty volume with what the image has there. */
export const mount = (app: string, share: string, target: string, { readOnly }: { readOnly: boolean }) =>
  ({
    Type: "volume",
    Source: volumeOf(app, share),
    Target: target,
    ReadOnly: readOnly,
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: "", Options: {} } },
  }) as MountSettings;
