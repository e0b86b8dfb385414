/** Runs commands in the Cargo of a connection. */
import { archive } from "../archive.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { TUNNEL_MTU } from "../names.ts";
import type { WireguardStatus } from "../config/wireguard.ts";
import { contract } from "../contract.ts";

const PROGRAM = contract.paths.cargo;

async function call(
  engine: Engine,
  cargo: string,
  subcommand: string,
  { stdin, args = [] }: { stdin?: Uint8Array; args?: string[] } = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await engine.exec(cargo, [PROGRAM, subcommand, ...args], stdin);
  if (exitCode === 0) return stdout.trim();
  const state = stderr.trim() || stdout.trim() || `exit code ${exitCode}`;
  throw new GefyraError("cargo-failed", `Cannot ${subcommand} Cargo "${cargo}": ${state}`, {
    hint: `see \`docker logs ${cargo}\`; \`gefyra down\` and \`gefyra up\` create a new one`,
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
  return await call(engine, cargo, "apply", { stdin: await archive(files) });
}

export interface Path {
  /** Bytes that the path to Stowaway carries in the tunnel, both ways. */
  mtu: number;
  latencyMs: number;
}

/** Measures the path to Stowaway through the tunnel; `undefined` if Stowaway does not answer. */
export async function cargoMeasure(engine: Engine, cargo: string): Promise<Path | undefined> {
  try {
    return JSON.parse(await call(engine, cargo, "measure", { args: [`${TUNNEL_MTU}`] })) as Path;
  } catch (error) {
    if (messageOf(error).includes("does not answer")) return undefined;
    throw error;
  }
}

/** Makes Cargo try the endpoints that are better than the one in use. */
export const cargoImprove = (engine: Engine, cargo: string) => call(engine, cargo, "improve");

/**
 * Makes both directions use the applied endpoint. Stowaway sends to the address of the newest packet, so a response
 * proves the inbound direction too. Returns false if Stowaway does not answer there.
 */
export async function cargoConfirm(engine: Engine, cargo: string): Promise<boolean> {
  return await call(engine, cargo, "confirm").then(() => true, (error) => {
    if (messageOf(error).includes("does not answer")) return false;
    throw error;
  });
}
