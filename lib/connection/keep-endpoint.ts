import { cargoImprove, cargoMeasure, cargoStatus } from "./cargo.ts";
import { addressesIn, isRelayed, joinNetwork } from "./candidates.ts";
import type { Candidate } from "./endpoints.ts";
import type { Reached, Search } from "./reach.ts";

/** Keeps a working tunnel, and switches it to a better endpoint that answers. Open connections survive. */
export async function keepEndpoint(
  { tools: { engine }, cargo, candidates, apply, startRelay }: Search,
): Promise<Reached | undefined> {
  const now = (await cargoStatus(engine, cargo)).peers[0];
  const [best] = candidates;
  const path = now?.latestHandshake ? await cargoMeasure(engine, cargo) : undefined;
  if (!now || !path || !best) return undefined;
  if (best.network) await joinNetwork(engine, best.network, cargo);
  const resolved = await addressesIn(engine, cargo, candidates);
  const isNow = (endpoint = "") => candidates.find((_, i) => resolved[i]?.includes(endpoint));
  const before = isNow(now.endpoint);
  const started = isRelayed(before ?? best) && await startRelay();
  // An address that is not a candidate now was forced before, or is gone. It is used until another one answers.
  const changed = await apply(before ?? asNamed(now.endpoint)) || started === true;
  let after: Candidate | undefined;
  for (let tries = 0; !after && tries < (started ? MOST_TRIES : 1); tries++) {
    await cargoImprove(engine, cargo);
    after = isNow((await cargoStatus(engine, cargo)).peers[0]?.endpoint);
  }
  if (!after) return undefined;
  if (after === before) return { endpoint: after, changed, path };
  const measured = await cargoMeasure(engine, cargo);
  return measured && { endpoint: after, changed: true, path: measured };
}

/** A new relay takes a moment to connect, and each try takes about a second. */
const MOST_TRIES = 8;

function asNamed(endpoint: string): Candidate {
  const [, host = "", port = ""] = endpoint.match(/^(.*):(\d+)$/) ?? [];
  return { transport: "named", host, port: Number(port) };
}
