/** Checks the tunnel's end on this machine. */
import { cargoStatus } from "../../connection/cargo.ts";
import { type Connection, dockerNames } from "../../connection/connection.ts";
import { STALE_AFTER_S } from "../../connection/status.ts";
import type { Engine } from "../../docker/engine.ts";
import type { WireguardStatus } from "../../config/wireguard.ts";
import { broken, type CheckResult, ok, type Result } from "../check-result.ts";

export interface Cargo {
  name: string;
  status: WireguardStatus;
}

export async function checkCargo(engine: Engine, connection: Connection): Promise<CheckResult<Cargo>> {
  const { cargo: name } = dockerNames(connection.name);
  const state = (await engine.inspect(name))?.State;
  if (!state) return { results: [broken(`there is no container ${name}`, "`gefyra up` creates it again")] };
  if (state.Status === "paused") return { results: [broken(`${name} is paused`, `docker unpause ${name}`)] };
  if (!state.Running) {
    const why = `see \`docker logs ${name}\`; \`gefyra up\` starts it again`;
    return { results: [broken(`${name} is ${state.Status}`, why)] };
  }
  const status = await cargoStatus(engine, name);
  return { results: [ok(`${name}, ${status.device}`)], value: { name, status } };
}

/** WireGuard renews its keys every two minutes while traffic is sent, and Cargo sends every few seconds. Pure. */
export function judgeHandshake({ peers: [peer] }: WireguardStatus, now: number): Result {
  if (!peer) return broken("Cargo has no peer", "`gefyra up` tries all transports again");
  const { endpoint, latestHandshake } = peer;
  if (latestHandshake === 0) {
    return broken(
      `never one with ${endpoint}`,
      "see the transports above; `gefyra up` tries all of them again",
    );
  }
  const ageSeconds = Math.max(0, Math.round(now / 1000 - latestHandshake));
  const measured = { ageSeconds, endpoint };
  if (ageSeconds < STALE_AFTER_S) return ok(`${ageSeconds} s ago with ${endpoint}`, measured);
  const remedy = "see the transports above; `gefyra up` tries all of them again";
  return broken(`${ageSeconds} s ago with ${endpoint}, nothing since`, remedy, measured);
}
