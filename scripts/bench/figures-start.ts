/** How long the program takes to start. */
import { type Figure, ratio } from "./figure.ts";
import { starts } from "./start.ts";

export const startFigures: Figure[] = [
  {
    name: "cli_deno_s",
    unit: "s",
    about: "`deno --version`: what no program that Deno runs can be faster than",
    measure: async () => (await starts()).deno,
  },
  {
    name: "cli_help_s",
    unit: "s",
    about: "`gefyra --help`, as `--version`: no command is loaded",
    aim: 0.08,
    measure: async () => (await starts()).help,
  },
  {
    name: "cli_help_cold_s",
    unit: "s",
    about: "the same without Deno's cache of compiled code, as at the first start",
    measure: async () => (await starts()).cold,
  },
  {
    name: "cli_version_s",
    unit: "s",
    about: "`gefyra version`: the time that every command takes before it does anything",
    measure: async () => (await starts()).version,
  },
  {
    name: "cli_version_by_help_ratio",
    unit: "ratio",
    about: "`gefyra version` by `gefyra --help`: what loading a command adds",
    measure: async () => ratio((await starts()).version, (await starts()).help),
  },
  {
    name: "cli_list_s",
    unit: "s",
    about: "`gefyra list` with a connection: one answer each of Docker and the cluster",
    aim: 0.25,
    measure: async () => (await starts()).list,
  },
  {
    name: "cli_complete_s",
    unit: "s",
    about: "the completion of a command's name, at each TAB",
    aim: 0.2,
    measure: async () => (await starts()).complete,
  },
];
