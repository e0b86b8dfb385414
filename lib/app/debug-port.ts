import { GefyraError } from "../errors.ts";

const PORT = /^(?:(\d{1,5}):)?(\d{1,5})$/;

/** `[HOST:]PORT` as what `--publish` takes, on 127.0.0.1: a debugger lets anybody who reaches it run code. Pure. */
export function debugPort(text: string): string {
  const [, host, port] = text.match(PORT) ?? [];
  const valid = [host ?? port, port].every((one) => Number(one) >= 1 && Number(one) <= 65_535);
  if (valid) return `127.0.0.1:${host ?? port}:${port}`;
  throw new GefyraError("debug-port-invalid", `Cannot publish debug port "${text}": it is not [HOST:]PORT`, {
    exit: "usage",
    hint: "name the debugger's port, e.g. --debug-port 5678, or 15678:5678 for another port of this machine",
  });
}
