/** `--add-host`, `--label`, `--hostname`, `--network`, `--platform`, `--cap-add`. Pure. */
import { isIP } from "node:net";
import { Invalid, parsePair } from "./words.ts";

/** `NAME:ADDRESS` or `NAME=ADDRESS`, as docker writes it into /etc/hosts; `host-gateway` is Docker's machine. */
export function parseHost(text: string): string {
  const [, name = "", address = ""] = /^([^:=\s]+)[:=](.+)$/.exec(text) ?? [];
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  if (!name || (bare !== "host-gateway" && isIP(bare) === 0)) throw new Invalid("it is not NAME:ADDRESS");
  return `${name}:${bare}`;
}

/** Gefyra finds its containers by labels of its own. */
const RESERVED = /^dev\.gefyra\./;

export function parseLabel(text: string): [key: string, value: string] {
  const [key, value = ""] = parsePair(text);
  if (!key) throw new Invalid("it has no name");
  if (RESERVED.test(key)) throw new Invalid("labels that begin with dev.gefyra. are Gefyra's own");
  return [key, value];
}

/** RFC 1123, and underscores, which docker allows. */
export function parseHostname(text: string): string {
  const labels = text.split(".");
  const valid = text.length <= 63 && labels.every((one) => /^[a-zA-Z0-9_]([\w-]*[a-zA-Z0-9_])?$/.test(one));
  if (!valid) throw new Invalid("it is not a host name of at most 63 characters");
  return text;
}

/** Networks with a stack of another kind: the container would not be in the cluster's network. */
const OTHER_STACKS = /^(host|none|container:.*|ns:.*)$/;

export function parseNetwork(text: string): string {
  if (OTHER_STACKS.test(text)) throw new Invalid("it would take the place of the connection's network");
  if (!/^[a-zA-Z0-9][\w.-]*$/.test(text)) throw new Invalid("it is not a network's name");
  return text;
}

/** `OS[/ARCHITECTURE[/VARIANT]]`. */
export function parsePlatform(text: string): string {
  if (!/^[a-z0-9]+(\/[a-z0-9_]+){0,2}$/.test(text)) throw new Invalid("it is not OS/ARCHITECTURE[/VARIANT]");
  return text;
}

/** e.g. `NET_ADMIN`, `cap_net_admin`, `ALL`. */
export function parseCapability(text: string): string {
  if (!/^[a-z_]+$/i.test(text)) throw new Invalid("it is not a capability such as NET_ADMIN");
  return text.toUpperCase();
}
