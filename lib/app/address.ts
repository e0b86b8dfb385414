/** Chooses an app container's address on the Docker network. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import type { BridgedApp } from "../api/client.ts";
import { hostIn, hosts, translate } from "../config/addresses.ts";

export interface AddressRequest {
  /** Name of the app. */
  name: string;
  /** The apps of bridges, with their addresses in the tunnel. */
  bridged: BridgedApp[];
}

/**
 * The address of a bridged app is reserved for the app of that name, whether it runs or not: any other app would get
 * its traffic. Other apps get the first free address. `skip`: how many free addresses to skip, if there are enough.
 * Pure.
 */
export function pickAddress(
  subnet: string,
  taken: string[],
  { name, bridged }: AddressRequest,
  skip = 0,
): string {
  const reserved = bridged.map((app) => ({ ...app, address: translate(app.address, subnet) }));
  const own = reserved.find((app) => app.name === name && !taken.includes(app.address));
  if (own) return own.address;
  const free: string[] = [];
  for (let host: number = hosts.firstApp; host <= hosts.lastApp; host++) {
    const address = hostIn(subnet, host);
    if (!taken.includes(address) && !reserved.some((app) => app.address === address)) free.push(address);
  }
  const picked = free[skip] ?? free.at(-1);
  if (picked) return picked;
  throw new GefyraError(
    "network-full",
    `Cannot start another container: all addresses of ${subnet} are taken`,
    {
      exit: "conflict",
      hint: "remove containers and bridges that you do not need (`gefyra list`)",
    },
  );
}

/**
 * Another command may pick the same address at the same time, which Docker detects only when it starts the containers.
 * Of two containers, the one created later sees the other; neither knows whether the other has seen it. So each command
 * that sees another container with its address picks a new one.
 */
export async function createWithAddress(
  engine: Engine,
  connection: Connection,
  request: AddressRequest,
  optionsAt: (address: string) => ContainerCreateOptions,
): Promise<{ id: string; address: string }> {
  return await takeAddress(engine, connection, request, {
    take: (address) => engine.create(optionsAt(address)),
    release: (id) => engine.remove(id),
  });
}

interface Taking {
  /** Gives the address to a container, and returns its id. */
  take: (address: string) => Promise<string>;
  release: (id: string) => Promise<void>;
}

export async function takeAddress(
  engine: Engine,
  connection: Connection,
  request: AddressRequest,
  { take, release }: Taking,
): Promise<{ id: string; address: string }> {
  for (let tries = 0;; tries++) {
    const skip = Math.floor(Math.random() * 4 * tries);
    const taken = (await fixedAddresses(engine, connection)).map(({ address }) => address);
    const address = pickAddress(connection.subnet, taken, request, skip);
    const id = await take(address);
    const holders = (await fixedAddresses(engine, connection)).filter((one) => one.address === address);
    if (holders.every((one) => one.id === id)) return { id, address };
    await release(id);
  }
}

/** The address that a container would get now. */
export async function freeAddress(
  engine: Engine,
  connection: Connection,
  request: AddressRequest,
): Promise<string> {
  const taken = (await fixedAddresses(engine, connection)).map(({ address }) => address);
  return pickAddress(connection.subnet, taken, request);
}

interface FixedAddress {
  id: string;
  name: string;
  address: string;
}

/**
 * The addresses of containers that another program is about to create, by their names. One that exists keeps its own, so
 * that it need not be created again.
 */
export async function plannedAddresses(
  engine: Engine,
  connection: Connection,
  { names, bridged }: { names: string[]; bridged: BridgedApp[] },
): Promise<Map<string, string>> {
  const fixed = await fixedAddresses(engine, connection);
  return planAddresses(connection.subnet, fixed, { names, bridged });
}

/** Pure. */
export function planAddresses(
  subnet: string,
  fixed: Pick<FixedAddress, "name" | "address">[],
  { names, bridged }: { names: string[]; bridged: BridgedApp[] },
): Map<string, string> {
  const planned = new Map<string, string>();
  for (const name of names) {
    const others = fixed.filter((one) => one.name !== name).map(({ address }) => address);
    const own = fixed.find((one) => one.name === name)?.address;
    const taken = [...others, ...planned.values()];
    planned.set(
      name,
      own && !taken.includes(own) ? own : pickAddress(subnet, taken, { name, bridged }),
    );
  }
  return planned;
}

/** Includes stopped containers: they keep their addresses. */
async function fixedAddresses(engine: Engine, connection: Connection): Promise<FixedAddress[]> {
  const containers = await engine.containers({});
  const found = await Promise.all(containers.map(async ({ id, name, addresses }) => {
    const container = await engine.inspect(id);
    const endpoint = container?.NetworkSettings.Networks[connection.network];
    const address = endpoint?.IPAMConfig?.IPv4Address ?? addresses[connection.network];
    return address ? [{ id, name, address }] : [];
  }));
  return found.flat();
}
