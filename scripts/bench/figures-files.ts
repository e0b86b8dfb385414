/** Files that follow a pod. */
import { type Figure, ratio } from "./figure.ts";
import { change, large, many, rest, start } from "./files.ts";

export const filesFigures: Figure[] = [
  {
    name: "like_first_line_s",
    unit: "s",
    about:
      "start of `gefyra run --like … --sync volumes` to the first line of the app: a ConfigMap, a Secret, an emptyDir and the service account's token",
    aim: 2.5,
    measure: start,
  },
  {
    name: "files_large_mbit",
    unit: "Mbit/s",
    about: "one file of 500 MB, copied by `--sync` through the tunnel",
    measure: async () => (await large()).file,
  },
  {
    name: "files_large_ratio",
    unit: "ratio",
    about: "the same, relative to `iperf3` from a pod to an app container",
    aim: 0.8,
    measure: async () => ratio((await large()).file, (await large()).bare),
  },
  {
    name: "files_10000_s",
    unit: "s",
    about: "what 10,000 files of 1 kB add to the start of an app, compared with one small file",
    measure: many,
  },
  {
    name: "files_change_s",
    unit: "s",
    about: "a changed ConfigMap: from the pod to the app container",
    aim: 5,
    measure: change,
  },
  {
    name: "files_rest_cpu_percent",
    unit: "%",
    about: "of one core, for both ends together, in a minute in which nothing changes",
    aim: 1,
    measure: async () => [(await rest()).percent],
  },
  {
    name: "files_rest_bytes_per_s",
    unit: "B/s",
    about: "what the local end sends and receives in that minute",
    measure: async () => [(await rest()).rate],
  },
];
