/** Speaks to the running Cargo of a connection. */
import { archive } from "../archive.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import type { WireguardStatus } from "../tunnel/wireguard.ts";

const PROGRAM = "/usr/local/bin/cargo";

async function call(engine: Engine, cargo: string, subcommand: string, stdin?: Uint8Array): Promise<string> {
  const { exitCode, stdout, stderr } = await engine.exec(cargo, [PROGRAM, subcommand], stdin);
  if (exitCode === 0) return stdout.trim();
  const state = stderr.trim() || stdout.trim() || `exit code ${exitCode}`;
  throw new GefyraError("cargo-failed", `Cannot ${subcommand} Cargo "${cargo}": ${state}`, {
    hint: `see \`docker logs ${cargo}\`; \`gefyra down\` and \`gefyra up\` make a new one`,
  });
}

export const cargoPublicKey = (engine: Engine, cargo: string) => call(engine, cargo, "public-key");

export async function cargoStatus(engine: Engine, cargo: string): Promise<WireguardStatus> {
  return JSON.parse(await call(engine, cargo, "status")) as WireguardStatus;
}

/** What changed, e.g. `applied: wireguard dns`, or `unchanged`. */
export async function cargoApply(
  engine: Engine,
  cargo: string,
  files: Record<string, string>,
): Promise<string> {
  return await call(engine, cargo, "apply", await archive(files));
}
