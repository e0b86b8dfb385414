/** Gives each port of a bridge one of Stowaway's. */
import { byAge } from "../../lib/api/age.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import { pickPorts } from "../../lib/config/stowaway.ts";
import { portKey } from "../../lib/workload/ports.ts";
import type { BridgeContext } from "./context.ts";
import { writeBridgeStatus } from "./records.ts";

/** Ports that the bridge has already stay, unless an older bridge has them, too. */
export async function assignPorts(context: BridgeContext, bridge: GefyraBridge): Promise<void> {
  const others = context.cache.bridges.all().filter(({ metadata }) => metadata?.uid !== bridge.metadata?.uid);
  const taken = new Map(others.flatMap((other) => portsOf(other).map(({ stowaway }) => [stowaway, other])));
  const isMine = ({ stowaway }: { stowaway: number }) => {
    const other = taken.get(stowaway);
    return !other || byAge(bridge, other) < 0;
  };
  const mine = new Map(portsOf(bridge).filter(isMine).map((port) => [portKey(port), port.stowaway]));
  const missing = bridge.spec.ports.map(portKey).filter((key) => !mine.has(key));
  if (missing.length === 0) return;
  const uid = bridge.metadata?.uid ?? "";
  // Another bridge's pass may have chosen ports whose write is still on its way.
  const chosen = [...context.chosenPorts].flatMap(([other, ports]) => other === uid ? [] : ports);
  const free = pickPorts([...taken.keys(), ...mine.values(), ...chosen], missing.length);
  context.chosenPorts.set(uid, free);
  missing.forEach((key, i) => mine.set(key, free[i]!));
  const ports = bridge.spec.ports.map(({ remote, protocol }) => ({
    remote,
    protocol,
    stowaway: mine.get(portKey({ remote, protocol }))!,
  }));
  await writeBridgeStatus(context, bridge, { ports });
  context.chosenPorts.delete(uid);
}

const portsOf = ({ status }: GefyraBridge) => status?.ports ?? [];
