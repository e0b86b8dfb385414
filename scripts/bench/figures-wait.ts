/** How long the commands before a bridge take. */
import { rounds } from "./connection.ts";
import type { Figure } from "./figure.ts";

export const waitFigures: Figure[] = [
  {
    name: "up_s",
    unit: "s",
    about: "`gefyra up` in a cluster without Gefyra whose nodes have the images, until connected",
    aim: 8,
    measure: async () => (await rounds()).up,
  },
  {
    name: "run_first_name_s",
    unit: "s",
    about:
      "start of `gefyra run --detach` until the app's first instruction has resolved the name of a Service",
    aim: 2,
    measure: async () => (await rounds()).firstName,
  },
  {
    name: "down_s",
    unit: "s",
    about: "`gefyra down` with one app container, until the namespace is gone",
    aim: 5,
    measure: async () => (await rounds()).down,
  },
];
