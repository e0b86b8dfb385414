import { throwIfInterrupted } from "../interruption.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../docker/engine.ts";
import { cargoStatus } from "./cargo.ts";

/** WireGuard repeats an unanswered first message after 5 s; a new peer sends at once. */
const ATTEMPT_MS = 1_500;
const POLL_INTERVAL_MS = 50;

/** Whether the other end answers within the timeout; otherwise the peer is removed again. */
export async function handshake(
  engine: Engine,
  cargo: string,
  peer: { connect: () => Promise<unknown>; disconnect: () => Promise<unknown> },
  timeoutMs: number,
  attemptMs = ATTEMPT_MS,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  await peer.disconnect();
  do {
    await peer.connect();
    const attempt = Math.min(Date.now() + attemptMs, Math.max(deadline, Date.now() + POLL_INTERVAL_MS));
    do {
      throwIfInterrupted();
      const { peers } = await cargoStatus(engine, cargo);
      if (peers.some(({ latestHandshake }) => latestHandshake > 0)) return true;
      await delay(POLL_INTERVAL_MS);
    } while (Date.now() < attempt);
    await peer.disconnect();
  } while (Date.now() < deadline);
  return false;
}
