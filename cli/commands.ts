/** The commands in the order of the help. */
import type { Command } from "@commander-js/extra-typings";
import type { SetExitCode } from "./command.ts";
import { bridge } from "./bridge.ts";
import { config } from "./config.ts";
import { completion } from "./completion/completion.ts";
import { doctor } from "./doctor.ts";
import { down } from "./down.ts";
import { env } from "./env.ts";
import { exec } from "./exec.ts";
import { install } from "./install.ts";
import { lab } from "./lab.ts";
import { restart, rm, start, stop } from "./lifecycle.ts";
import { list } from "./list.ts";
import { logs } from "./logs.ts";
import { operator } from "./operator.ts";
import { run } from "./run.ts";
import { status } from "./status.ts";
import { supportBundle } from "./support-bundle.ts";
import { sync } from "./sync.ts";
import { unbridge } from "./unbridge.ts";
import { uninstall } from "./uninstall.ts";
import { up } from "./up.ts";
import { version } from "./version.ts";
import { watchUrl } from "./watch-url.ts";

export function commands(setExitCode: SetExitCode): Command[] {
  return [
    up(),
    run(setExitCode),
    env(),
    sync(),
    exec(setExitCode),
    logs(),
    stop(),
    start(),
    restart(),
    rm(),
    bridge(),
    list(),
    unbridge(),
    down(),
    status(setExitCode),
    doctor(setExitCode),
    supportBundle(),
    install(),
    uninstall(),
    lab(),
    config(),
    completion(),
    version(),
    operator(),
    watchUrl(),
  ] as unknown as Command[];
}
