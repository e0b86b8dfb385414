/** What a user waits for before anything is bridged. */
import { rounds, version } from "./connection.ts";
import type { Figure } from "./figure.ts";

export const waitFigures: Figure[] = [
  {
    name: "cli_version_s",
    unit: "s",
    about: "`gefyra version`: what every command costs before it does anything",
    measure: version,
  },
  {
    name: "up_s",
    unit: "s",
    about: "`gefyra up` in a cluster without Gefyra, whose nodes have the images, to the handshake",
    aim: 8,
    measure: async () => (await rounds()).up,
  },
  {
    name: "run_first_name_s",
    unit: "s",
    about:
      "start of `gefyra run --detach` to the first name of a Service resolved by the app's first instruction",
    aim: 2,
    measure: async () => (await rounds()).firstName,
  },
  {
    name: "down_s",
    unit: "s",
    about: "`gefyra down` with one app container, until the namespace is really gone",
    aim: 5,
    measure: async () => (await rounds()).down,
  },
];
