/** How long a switch takes, and how many requests it loses. */
import { type Figure, ratio } from "./figure.ts";
import { fiftieth } from "./many.ts";
import { pool } from "./pools.ts";
import { switchLoss } from "./switch-loss.ts";
import { replaced, withoutProbe, withProbe } from "./switching.ts";

export const switchFigures: Figure[] = [
  {
    name: "bridge_first_local_s",
    unit: "s",
    about:
      "start of `gefyra bridge` to the first response of the local container, in a pod that was never bridged and has been ready for 3 s; readiness probe every second",
    aim: 1.2,
    measure: async () => (await withProbe()).bridge,
  },
  {
    name: "unbridge_first_original_s",
    unit: "s",
    about:
      "start of `gefyra unbridge`, 3 s after the bridge, to the first response of the original; readiness probe every second",
    aim: 0.6,
    measure: async () => (await withProbe()).unbridge,
  },
  {
    name: "bridge_again_first_local_s",
    unit: "s",
    about: "the same as `bridge_first_local_s`, in a pod where Carrier is idle since the last bridge",
    measure: async () => (await withProbe()).again,
  },
  {
    name: "bridge_no_probe_first_local_s",
    unit: "s",
    about: "the same as `bridge_first_local_s`; the workload has no probes",
    aim: 1.2,
    measure: async () => (await withoutProbe()).bridge,
  },
  {
    name: "unbridge_no_probe_first_original_s",
    unit: "s",
    about: "the same as `unbridge_first_original_s`; the workload has no probes",
    aim: 0.6,
    measure: async () => (await withoutProbe()).unbridge,
  },
  {
    name: "bridge_no_probe_again_first_local_s",
    unit: "s",
    about: "the same as `bridge_again_first_local_s`; the workload has no probes",
    measure: async () => (await withoutProbe()).again,
  },
  {
    name: "replace_first_local_s",
    unit: "s",
    about: "the same as `bridge_first_local_s`, with `--replace`",
    aim: 4,
    measure: async () => (await replaced()).bridge,
  },
  {
    name: "replace_first_original_s",
    unit: "s",
    about: "the same as `unbridge_first_original_s`, after `--replace`",
    aim: 4,
    measure: async () => (await replaced()).unbridge,
  },
  {
    name: "switch_requests_lost",
    unit: "requests",
    about:
      "of 3,000 requests at 50/s, each over a new connection, during 5 bridges and 5 unbridges; the kernel redirects",
    aim: 0,
    measure: async () => [(await switchLoss()).kernel],
  },
  {
    name: "switch_http_requests_lost",
    unit: "requests",
    about: "the same; an httpGet probe makes Nginx inspect the port",
    aim: 0,
    measure: async () => [(await switchLoss()).http],
  },
  ...(["node", "java", "python"] as const).map((name): Figure => ({
    name: `kept_requests_lost_${name}`,
    unit: "requests",
    about: `of 200 a second, half of them POST, over kept connections of ${
      { node: "Node's fetch (undici)", java: "the JDK's HttpClient", python: "Python's httpx" }[name]
    }, which follow 5 bridges and 5 ways back; Carrier in Docker, without a cluster`,
    aim: 0,
    measure: async () => [(await pool(name)).failed.length],
  })),
  {
    name: "switch_restarts",
    unit: "restarts",
    about: "containers of both pods that restarted meanwhile",
    aim: 0,
    measure: async () => [(await switchLoss()).restarts],
  },
];

export const manyFigures: Figure[] = [
  {
    name: "bridge_50th_of_first_ratio",
    unit: "ratio",
    about:
      "50 bridges of one pod, one port each: time of `gefyra bridge` for the last five, relative to the first five",
    aim: 1.5,
    measure: async () => ratio((await fiftieth()).last, (await fiftieth()).first),
  },
  {
    name: "bridge_50th_s",
    unit: "s",
    about: "time of `gefyra bridge` for the last five of 50",
    measure: async () => (await fiftieth()).last,
  },
];
