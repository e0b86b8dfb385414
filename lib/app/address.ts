/** Which address of the Docker network an app container gets. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import type { BridgedApp } from "../api/client.ts";
import { hostIn, hosts, translate } from "../config/addresses.ts";

export interface AddressRequest {
  /** Of the app. */
  name: string;
  /** The apps that bridges name, with their addresses in the tunnel. */
  bridged: BridgedApp[];
}

/**
 * An address that a bridge names belongs to the app of that name, whether it runs or not: who else had it would get
 * its traffic. All others are given out from the first free one on. `skip`: so many free ones, if there are. Pure.
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
 * Somebody else may pick the same address at the same time, which Docker only notices when it starts them. Of two, the one
 * that can be seen later sees the other; whether that one has seen it too, neither knows. So whoever sees another moves.
 */
export async function createWithAddress(
  engine: Engine,
  connection: Connection,
  request: AddressRequest,
  optionsAt: (address: string) => ContainerCreateOptions,
): Promise<{ id: string; address: string }> {
  for (let tries = 0;; tries++) {
    const skip = Math.floor(Math.random() * 4 * tries);
    const taken = (await fixedAddresses(engine, connection)).map(({ address }) => address);
    const address = pickAddress(connection.subnet, taken, request, skip);
    const id = await engine.create(optionsAt(address));
    const holders = (await fixedAddresses(engine, connection)).filter((one) => one.address === address);
    if (holders.every((one) => one.id === id)) return { id, address };
    await engine.remove(id);
  }
}

interface FixedAddress {
  id: string;
  address: string;
}

/** Of stopped containers too: they keep theirs. */
async function fixedAddresses(engine: Engine, connection: Connection): Promise<FixedAddress[]> {
  const containers = await engine.containers({});
  const found = await Promise.all(containers.map(async ({ id, addresses }) => {
    const container = await engine.inspect(id);
    const endpoint = container?.NetworkSettings.Networks[connection.network];
    const address = endpoint?.IPAMConfig?.IPv4Address ?? addresses[connection.network];
    return address ? [{ id, address }] : [];
  }));
  return found.flat();
}
