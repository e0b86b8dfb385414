/** How many requests the first bridge of a new connection loses or delays. */
import type { Figure } from "./figure.ts";
import { firstHttp, firstKernel } from "./first-bridge.ts";
import { permille } from "./report.ts";

export const firstFigures: Figure[] = [
  {
    name: "first_bridge_requests_lost",
    unit: "requests",
    about:
      "of 400 requests at 50/s, each over a new connection, around the first bridge after a new `up`: the sum of all rounds; the kernel redirects",
    aim: 0,
    measure: async () => [(await firstKernel()).lost],
  },
  {
    name: "first_bridge_p999_ms",
    unit: "ms",
    about: "99.9 % of these requests were answered in this time, over all rounds",
    aim: 100,
    measure: async () => [permille((await firstKernel()).ms, 999)],
  },
  {
    name: "first_bridge_slowest_ms",
    unit: "ms",
    about: "the slowest of these requests in each round",
    measure: async () => (await firstKernel()).slowest,
  },
  {
    name: "first_bridge_direct_p999_ms",
    unit: "ms",
    about:
      "the same as `first_bridge_p999_ms`, for a Service that is not bridged and gets requests at the same times",
    measure: async () => [permille((await firstKernel()).directMs, 999)],
  },
  {
    name: "first_bridge_http_requests_lost",
    unit: "requests",
    about: "the same as `first_bridge_requests_lost`; an httpGet probe makes Nginx inspect the port",
    aim: 0,
    measure: async () => [(await firstHttp()).lost],
  },
  {
    name: "first_bridge_http_p999_ms",
    unit: "ms",
    about: "the same as `first_bridge_p999_ms`, with the probe",
    aim: 100,
    measure: async () => [permille((await firstHttp()).ms, 999)],
  },
  {
    name: "first_bridge_http_slowest_ms",
    unit: "ms",
    about: "the slowest of these requests in each round, with the probe",
    measure: async () => (await firstHttp()).slowest,
  },
];
