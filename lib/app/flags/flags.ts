/** The options of `gefyra run` that are docker's own. Pure. */
// @ts-types="@types/dockerode"
import type { HostConfig } from "dockerode";
import { GefyraError, messageOf } from "../../errors.ts";
import {
  parseCapability,
  parseHost,
  parseHostname,
  parseLabel,
  parseNetwork,
  parsePlatform,
} from "./host.ts";
import { parseGpus, parseRestart, parseUlimit } from "./limits.ts";
import { parseMount, parseTmpfs } from "./mount.ts";
import { Invalid, parseBytes, parseCpus } from "./words.ts";

/** As typed; lists are empty when an option is not given. */
export interface FlagTexts {
  addHost: string[];
  capAdd: string[];
  capDrop: string[];
  label: string[];
  mount: string[];
  network: string[];
  tmpfs: string[];
  ulimit: string[];
  cpus?: string | undefined;
  gpus?: string | undefined;
  hostname?: string | undefined;
  memory?: string | undefined;
  platform?: string | undefined;
  restart?: string | undefined;
  shmSize?: string | undefined;
  entrypoint?: string | undefined;
  init?: boolean | undefined;
  interactive?: boolean | undefined;
  readOnly?: boolean | undefined;
  tty?: boolean | undefined;
  privileged?: boolean | undefined;
  rm?: boolean | undefined;
}

export interface Flags {
  /** Only what was given. */
  host: HostConfig;
  labels: Record<string, string>;
  /** Docker networks besides the connection's. */
  networks: string[];
  entrypoint?: string[];
  hostname?: string;
  platform?: string;
  interactive: boolean;
  tty: boolean;
}

/** Parses everything, and reports all that is wrong at once. */
export function parseFlags(texts: FlagTexts, absolute: (path: string) => string): Flags {
  const problems: string[] = [];
  const one = <T>(option: string, text: string | undefined, parse: (text: string) => T): T | undefined => {
    try {
      return text === undefined ? undefined : parse(text);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      problems.push(`${option} "${text}": ${messageOf(error)}`);
    }
  };
  const all = <T>(option: string, list: string[], parse: (text: string) => T): T[] =>
    list.flatMap((text) => one(option, text, (text) => [parse(text)]) ?? []);
  const host: HostConfig = given({
    ExtraHosts: list(all("--add-host", texts.addHost, parseHost)),
    CapAdd: list(all("--cap-add", texts.capAdd, parseCapability)),
    CapDrop: list(all("--cap-drop", texts.capDrop, parseCapability)),
    Mounts: list(all("--mount", texts.mount, (text) => parseMount(text, absolute))),
    Tmpfs: record(all("--tmpfs", texts.tmpfs, parseTmpfs)),
    Ulimits: list(all("--ulimit", texts.ulimit, parseUlimit)),
    NanoCpus: one("--cpus", texts.cpus, parseCpus),
    DeviceRequests: list(all("--gpus", texts.gpus === undefined ? [] : [texts.gpus], parseGpus)),
    Memory: one("--memory", texts.memory, parseBytes),
    RestartPolicy: one("--restart", texts.restart, parseRestart),
    ShmSize: one("--shm-size", texts.shmSize, parseBytes),
    Init: texts.init,
    ReadonlyRootfs: texts.readOnly,
  });
  if (texts.privileged) {
    problems.push(
      "--privileged: an app could change its routes and this machine; --cap-add gives it what it needs",
    );
  }
  if (texts.rm && host.RestartPolicy && host.RestartPolicy.Name !== "no") {
    problems.push("--restart and --rm exclude each other");
  }
  const flags: Flags = {
    host,
    labels: Object.fromEntries(all("--label", texts.label, parseLabel)),
    networks: [...new Set(all("--network", texts.network, parseNetwork))],
    interactive: texts.interactive ?? false,
    tty: texts.tty ?? false,
    ...given({
      // An empty one removes the image's own.
      entrypoint: texts.entrypoint === undefined ? undefined : [texts.entrypoint],
      hostname: one("--hostname", texts.hostname, parseHostname),
      platform: one("--platform", texts.platform, parsePlatform),
    }),
  };
  if (problems.length === 0) return flags;
  throw new GefyraError("option-invalid", `Cannot run the image: ${problems.join("; ")}`, {
    exit: "usage",
    hint: "write options as for `docker run`",
  });
}

/** Without what is not given. */
function given<T extends object>(all: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never;
}

const list = <T>(items: T[]): T[] | undefined => items.length ? items : undefined;
const record = (items: [string, string][]): Record<string, string> | undefined =>
  items.length ? Object.fromEntries(items) : undefined;
