/** `--match` and `--or`: which requests are taken. Their order on the command line has a meaning. */
import type { Command, OptionValues } from "@commander-js/extra-typings";

/** Adds both. `match` holds the groups of rules as they were written, for `parseMatch`; it is absent without either. */
export function withMatch<
  Arguments extends unknown[],
  Options extends OptionValues,
  Global extends OptionValues,
>(
  command: Command<Arguments, Options, Global>,
) {
  return command
    .option(
      "--match <rule>",
      "take only requests that match: header:NAME=VALUE, header:NAME~REGEX, path:/PREFIX, path:=EXACT, path:~REGEX or " +
        "method:NAME (repeatable: all must match)",
      (rule, groups: string[][] = [[]]): string[][] => [...groups.slice(0, -1), [...groups.at(-1)!, rule]],
    )
    .option("--or", "begin another group of --match: a request must match one of the groups")
    .on("option:or", () => {
      const groups = command.getOptionValue("match") as string[][] | undefined;
      command.setOptionValue("match", [...groups ?? [[]], []]);
    });
}
