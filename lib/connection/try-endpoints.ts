import { CONNECT_TIMEOUT_MS } from "../names.ts";
import { cargoMeasure } from "./cargo.ts";
import { isRelayed, joinNetwork } from "./candidates.ts";
import { attempts, describeCandidate } from "./endpoints.ts";
import { handshake } from "./handshake.ts";
import type { Reached, Search } from "./reach.ts";

/** Tries one endpoint after the other until one answers and carries data. */
export async function tryEndpoints(
  { tools: { engine, steps }, cargo, candidates, apply, startRelay }: Search,
): Promise<Reached | undefined> {
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  for (const { candidate, timeoutMs } of attempts(candidates)) {
    if (Date.now() > deadline && !isRelayed(candidate)) continue;
    steps.debug(`trying ${describeCandidate(candidate)}`);
    if (candidate.network) await joinNetwork(engine, candidate.network, cargo);
    if (isRelayed(candidate) && await startRelay() === undefined) continue;
    const answers = await handshake(
      engine,
      cargo,
      {
        connect: () => apply(candidate),
        disconnect: () => apply(),
        // The relay keeps the first message until its stream is there.
      },
      timeoutMs,
      isRelayed(candidate) ? timeoutMs : undefined,
    );
    // A handshake is small: an endpoint that answers it may still carry nothing larger.
    const path = answers ? await cargoMeasure(engine, cargo) : undefined;
    if (path) return { endpoint: candidate, changed: true, path };
  }
  await apply();
  return undefined;
}
