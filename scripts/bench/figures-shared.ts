/** What others on the cluster cost. */
import { type Figure, ratio } from "./figure.ts";
import { shared } from "./shared.ts";

export const sharedFigures: Figure[] = [
  {
    name: "bridge_among_500_s",
    unit: "s",
    about: "`gefyra bridge` and `gefyra unbridge` while others create 500 bridges",
    measure: async () => (await shared()).among,
  },
  {
    name: "bridge_among_500_ratio",
    unit: "ratio",
    about: "the same, relative to both commands before that",
    aim: 2,
    measure: async () => ratio((await shared()).among, (await shared()).alone),
  },
  {
    name: "operator_rest_mb",
    unit: "MB",
    about: "memory of the operator with one connection and no bridge (VmRSS)",
    measure: async () => [(await shared()).rest],
  },
  {
    name: "operator_most_mb",
    unit: "MB",
    about: "the most memory that the operator had until it worked on the 500 bridges (VmHWM)",
    aim: 256,
    measure: async () => [(await shared()).most],
  },
];
