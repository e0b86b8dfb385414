import { sendLoad } from "../lib/bridge/load.ts";
import { command } from "./command.ts";

/** Runs in the operator's pod for `bridge --watch-url` and `unbridge --watch-url`. */
export const watchUrl = () =>
  command(
    "watch-url",
    "gefyra watch-url http://shop /dev/shm/on",
  )
    .argument("<url>", "URL to call")
    .argument("<file>", "file to create; removing it ends the requests")
    .action(async (url, file) => console.log(JSON.stringify(await sendLoad(new URL(url), file))));
