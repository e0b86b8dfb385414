/** Files that a user names on the command line. */
import { Buffer } from "node:buffer";

/** Deno opens /dev/stdin by its path only with all permissions. Errors: those of `Deno.readFileSync`. */
export function readUserFile(path: string): Uint8Array {
  if (path !== "/dev/stdin") return Deno.readFileSync(path);
  const chunks: Uint8Array[] = [], part = new Uint8Array(65_536);
  for (let size = Deno.stdin.readSync(part); size !== null; size = Deno.stdin.readSync(part)) {
    chunks.push(part.slice(0, size));
  }
  return Buffer.concat(chunks);
}
