/** Reads releases over HTTP: those of RELEASES_URL, or of a mirror with the same paths. */
import { causesOf, GefyraError, messageOf } from "../errors.ts";
import { FACTS_FILE, parseFacts, type ReleaseFacts, RELEASES_URL } from "./facts.ts";

const FACTS_TIMEOUT_MS = 20_000;
const ARCHIVE_TIMEOUT_MS = 600_000;

export const releasesUrl = (): string =>
  (Deno.env.get("GEFYRA_RELEASES_URL") || RELEASES_URL).replace(/\/+$/, "");

export async function latestRelease(releases: string): Promise<ReleaseFacts> {
  const url = `${releases}/latest/download/${FACTS_FILE}`;
  return parseFacts(new TextDecoder().decode(await get(url, FACTS_TIMEOUT_MS)), url);
}

export const fetchArchive = (
  releases: string,
  version: string,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> => get(`${releases}/download/v${version}/${name}`, ARCHIVE_TIMEOUT_MS);

async function get(url: string, timeout: number): Promise<Uint8Array<ArrayBuffer>> {
  let state: string;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    state = `the server answered ${response.status}`;
  } catch (cause) {
    state = [messageOf(cause), ...causesOf(cause)].at(-1)!;
  }
  throw new GefyraError("release-unreachable", `Cannot fetch ${url}: ${state}`, {
    exit: "unreachable",
    hint: "look at the network and at HTTPS_PROXY; GEFYRA_RELEASES_URL names a mirror",
  });
}
