/** Configures Carriers, each only when its configuration differs. */
import type { CarrierFiles } from "../../lib/config/carrier.ts";
import type { ExecTarget } from "../../lib/kube/cluster.ts";
import { configureCarrier, type Configuring } from "../../lib/pods/carrier.ts";
import type { CarrierIdentity } from "../../lib/pods/release.ts";
import type { Context } from "../runtime/context.ts";
import { createSerial } from "../runtime/serial.ts";
import type { State } from "../runtime/state.ts";

export interface Carriers {
  /**
   * False when the Carrier has this configuration already. A Carrier that was configured before its id was known is
   * taken to be the first container that has an id. Bridges that share a pod take turns, and `files` is asked when it is
   * their turn: a Carrier never gets an older configuration after a newer one.
   */
  configure(
    target: ExecTarget,
    carrier: CarrierIdentity,
    files: () => CarrierFiles,
    options?: Configuring,
  ): Promise<boolean>;
}

interface Configured {
  id: string | undefined;
  files: string;
}

/** `begin`: is told how many open connections are to follow a configuration. */
export function createCarriers(
  { cluster }: Pick<Context, "cluster">,
  state: State,
  begin: (uid: string, open: number) => void = () => {},
): Carriers {
  /** Uid of a pod → name of a container → its last configuration. */
  const pods = state.byUid<Map<string, Configured>>(), inTurn = createSerial();
  const configure: Carriers["configure"] = async (target, { uid, id }, files, options = {}) => {
    const containers = pods.get(uid) ?? new Map<string, Configured>();
    pods.set(uid, containers);
    const now = files(), wanted = JSON.stringify(now), known = containers.get(target.container);
    const same = known?.id === undefined || id === undefined || known.id === id;
    if (known?.files === wanted && same) {
      containers.set(target.container, { id: id ?? known.id, files: wanted });
      return false;
    }
    // Until it answers, its configuration is unknown.
    containers.delete(target.container);
    begin(uid, await configureCarrier(cluster, target, now, options));
    containers.set(target.container, { id, files: wanted });
    return true;
  };
  return {
    configure: (target, carrier, files, options) =>
      inTurn(carrier.uid, () => configure(target, carrier, files, options)),
  };
}
