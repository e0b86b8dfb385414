import { sendLoad } from "../lib/bridge/load.ts";
import { command } from "./command.ts";

/** Runs in the operator's pod for `bridge --watch-url` and `unbridge --watch-url`. */
export const watchUrl = () =>
  command(
    "watch-url",
    "Send steady requests while a file is there (inside a cluster)",
    "gefyra watch-url http://shop /dev/shm/on",
  )
    .argument("<url>", "what to ask")
    .argument("<file>", "file that is made, and whose removal ends the requests")
    .action(async (url, file) => console.log(JSON.stringify(await sendLoad(new URL(url), file))));
