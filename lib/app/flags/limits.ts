/** `--gpus`, `--ulimit` and `--restart`, as docker parses them. Pure. */
import { Invalid, parseFields, parsePair } from "./words.ts";

export interface DeviceRequest {
  Driver: string;
  Count: number;
  DeviceIDs: string[];
  Capabilities: string[][];
  Options: Record<string, string>;
}

/** `all`, a number, or fields such as `"device=0,1",capabilities=compute` (github.com/docker/cli, opts/gpus.go). */
export function parseGpus(text: string): DeviceRequest {
  const request: DeviceRequest = {
    Driver: "",
    Count: 0,
    DeviceIDs: [],
    Capabilities: [["gpu"]],
    Options: {},
  };
  for (const field of parseFields(text)) {
    const [key, value] = parsePair(field);
    if (value === undefined) request.Count = countOf(key);
    else if (key === "count") request.Count = countOf(value);
    else if (key === "driver") request.Driver = value;
    else if (key === "device") request.DeviceIDs = value.split(",");
    else if (key === "capabilities") request.Capabilities = [["gpu", ...value.split(",")]];
    else if (key === "options") request.Options = Object.fromEntries(value.split(",").map(optionOf));
    else throw new Invalid(`"${key}" is not one of its keys`);
  }
  if (request.Count !== 0 && request.DeviceIDs.length) throw new Invalid("it has both a count and devices");
  if (request.Count === 0 && request.DeviceIDs.length === 0) request.Count = 1;
  return request;
}

const optionOf = (text: string): [string, string] => {
  const [key, value = ""] = parsePair(text);
  return [key, value];
};

function countOf(text: string): number {
  if (text === "all") return -1;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Invalid(`"${text}" is neither all nor a number`);
}

export interface Ulimit {
  Name: string;
  Soft: number;
  Hard: number;
}

const LIMITS =
  /^(core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/;

/** `NAME=SOFT[:HARD]`; -1 is no limit. */
export function parseUlimit(text: string): Ulimit {
  const [, name = "", soft = "", hard = soft] = /^([^=]*)=(-1|\d+)(?::(-1|\d+))?$/.exec(text) ?? [];
  if (!LIMITS.test(name)) throw new Invalid("it is not NAME=SOFT[:HARD] with a limit such as nofile");
  const [Soft, Hard] = [Number(soft), Number(hard)];
  if (Hard !== -1 && (Soft === -1 || Soft > Hard)) throw new Invalid("its soft limit exceeds its hard one");
  return { Name: name, Soft, Hard };
}

export interface RestartPolicy {
  Name: string;
  MaximumRetryCount: number;
}

/** `no`, `always`, `unless-stopped` or `on-failure[:MAXIMUM]`. */
export function parseRestart(text: string): RestartPolicy {
  const [, name = "", retries] = /^(no|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(text) ?? [];
  if (!name || (retries !== undefined && name !== "on-failure")) {
    throw new Invalid("it is not no, always, unless-stopped or on-failure[:MAXIMUM]");
  }
  return { Name: name, MaximumRetryCount: Number(retries ?? 0) };
}
