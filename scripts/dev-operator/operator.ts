/** What `deno task dev:operator` watches: the operator, with a kubeconfig's context in the place of its pod. */
import { runOperator } from "../../operator/main.ts";
import { PARENT, settingsFrom } from "./cluster.ts";

const PARENT_MS = 1_000;

/** After `Deno.exit` a watching Deno would wait for the next edit. */
const end = () => Deno.kill(Deno.pid, "SIGKILL");

// One whose task was killed would go on beside the next one.
const parent = Number(Deno.env.get(PARENT));
setInterval(() => {
  if (Deno.ppid !== parent) end();
}, PARENT_MS);
await runOperator(settingsFrom((name) => Deno.env.get(name)));
end();
