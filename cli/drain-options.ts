/** What happens to connections that are open at a switch. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { secondsIn } from "../lib/duration.ts";
import { DRAIN_TIMEOUT_S, LONGEST_DRAIN_TIMEOUT_S } from "../lib/names.ts";

export const drainTimeoutOption = () =>
  new Option(
    "--drain-timeout <duration>",
    `close open connections that are never between requests after this time, e.g. 30s, 2m; 0s: at once (default: ${DRAIN_TIMEOUT_S}s)`,
  )
    .argParser((text: string) => {
      const seconds = secondsIn(text);
      if (
        seconds !== undefined && Number.isInteger(seconds) && seconds <= LONGEST_DRAIN_TIMEOUT_S
      ) return seconds;
      throw new InvalidArgumentError(
        `It must be a duration in whole seconds, e.g. 30s, at most ${LONGEST_DRAIN_TIMEOUT_S}s.`,
      );
    });

export const keepConnectionsOption = () =>
  new Option("--keep-connections", "leave open connections where they are; only new ones follow")
    .conflicts("drainTimeout");
