import { command } from "./command.ts";

/** Runs beside Cargo, in a container that `up` starts where nothing but the API server can be reached. */
export const relay = () =>
  command("relay", "Carry the tunnel through the API server (inside a container)", "gefyra relay")
    .action(async () => {
      const { runRelay } = await import("../lib/relay/relay.ts");
      await runRelay();
    });
