/** The platforms that the program is compiled for. */
import type { System } from "../../lib/release/facts.ts";

export interface Target {
  name: string;
  /** As Deno names it. */
  triple: string;
  windows: boolean;
}

const triples: Record<System, string> = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
};

export const targets: Target[] = Object.entries(triples).map(([name, triple]) => ({
  name,
  triple,
  windows: name.startsWith("windows"),
}));

/** All if none is named. */
export function chosenTargets(names: string[]): Target[] {
  const known = targets.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`Unknown targets: ${unknown.join(", ")} (there are ${known.join(", ")})`);
  }
  return names.length > 0 ? targets.filter(({ name }) => names.includes(name)) : targets;
}

/** The platform that this Deno runs on. */
export const hostTarget = (): Target | undefined =>
  targets.find(({ triple }) => triple === Deno.build.target);
