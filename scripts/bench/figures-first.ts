/** What the first bridge of a fresh connection costs those who are asking meanwhile. */
import type { Figure } from "./figure.ts";
import { firstHttp, firstKernel } from "./first-bridge.ts";
import { permille } from "./report.ts";

export const firstFigures: Figure[] = [
  {
    name: "first_bridge_requests_lost",
    unit: "requests",
    about:
      "of 400 at 50/s, each over a fresh connection, around the first bridge of a fresh `up`: the sum of all rounds; the kernel redirects",
    aim: 0,
    measure: async () => [(await firstKernel()).lost],
  },
  {
    name: "first_bridge_p999_ms",
    unit: "ms",
    about: "999 of 1,000 of these requests were answered in this time, over all rounds",
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
    about: "the same as `first_bridge_p999_ms` of a Service that is not bridged, asked at the same times",
    measure: async () => [permille((await firstKernel()).directMs, 999)],
  },
  {
    name: "first_bridge_http_requests_lost",
    unit: "requests",
    about: "the same as `first_bridge_requests_lost`; an httpGet probe on the port has Nginx read along",
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
