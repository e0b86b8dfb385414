/** `--mount` and `--tmpfs`, as docker parses them (github.com/docker/cli, opts/mount.go). Pure. */
// @ts-types="@types/dockerode"
import type { MountSettings } from "dockerode";
import { Invalid, parseBoolean, parseBytes, parseFields, parsePair } from "./words.ts";

/** e.g. `type=bind,source=/host,target=/inside,readonly`; relative sources as `absolute` makes them. */
export function parseMount(text: string, absolute: (path: string) => string): MountSettings {
  let type = "volume", source = "", target = "", readOnly = false, propagation: string | undefined;
  let noCopy: boolean | undefined, size: number | undefined, mode: number | undefined;
  for (const field of parseFields(text)) {
    const [key, value] = parsePair(field);
    const flag = () => parseBoolean(value);
    if (["readonly", "ro"].includes(key)) readOnly = flag();
    else if (key === "volume-nocopy") noCopy = flag();
    else if (value === undefined) throw new Invalid(`"${field}" is not KEY=VALUE`);
    else if (key === "type") type = value.toLowerCase();
    else if (["source", "src"].includes(key)) source = value;
    else if (["target", "dst", "destination"].includes(key)) target = value;
    else if (key === "bind-propagation") propagation = value;
    else if (key === "tmpfs-size") size = parseBytes(value);
    else if (key === "tmpfs-mode") mode = octal(value);
    else throw new Invalid(`"${key}" is not one of its keys`);
  }
  if (!["bind", "volume", "tmpfs"].includes(type)) throw new Invalid(`its type is not bind, volume or tmpfs`);
  if (!target.startsWith("/")) throw new Invalid("its target is not an absolute path");
  if (type === "bind" && !source) throw new Invalid("a bind mount needs a source");
  if (type === "tmpfs" && source) throw new Invalid("a tmpfs has no source");
  const foreign = foreignKey(type, { propagation, noCopy, size, mode });
  if (foreign) throw new Invalid(`${foreign} does not belong to type ${type}`);
  return {
    Type: type,
    Source: type === "bind" ? absolute(source) : source,
    Target: target,
    ...(readOnly ? { ReadOnly: true } : {}),
    ...(propagation ? { BindOptions: { Propagation: propagation } } : {}),
    ...(noCopy === undefined ? {} : { VolumeOptions: { NoCopy: noCopy } }),
    ...(size === undefined && mode === undefined ? {} : {
      TmpfsOptions: {
        ...(size === undefined ? {} : { SizeBytes: size }),
        ...(mode === undefined ? {} : { Mode: mode }),
      },
    }),
  } as MountSettings;
}

const keys = {
  propagation: ["bind-propagation", "bind"],
  noCopy: ["volume-nocopy", "volume"],
  size: ["tmpfs-size", "tmpfs"],
  mode: ["tmpfs-mode", "tmpfs"],
} as const;

function foreignKey(type: string, given: Record<keyof typeof keys, unknown>): string | undefined {
  const found = Object.entries(keys).find(([key, [, owner]]) =>
    given[key as keyof typeof keys] !== undefined && owner !== type
  );
  return found?.[1][0];
}

function octal(text: string): number {
  if (!/^[0-7]{1,4}$/.test(text)) throw new Invalid(`mode "${text}" is not octal`);
  return parseInt(text, 8);
}

/** `PATH[:OPTIONS]`. */
export function parseTmpfs(text: string): [path: string, options: string] {
  const [path = "", ...options] = text.split(":");
  if (!path.startsWith("/")) {
    throw new Invalid("it is not an absolute path, with mount options after a colon");
  }
  return [path, options.join(":")];
}
