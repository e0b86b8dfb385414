/** How fast the tunnel is, and how much the bridge adds. */
import { bandwidth } from "./bandwidth.ts";
import { download } from "./download.ts";
import { type Figure, ratio } from "./figure.ts";
import { loads } from "./load.ts";

export const loadFigures: Figure[] = [
  {
    name: "tunnel_iperf3_out_ratio",
    unit: "ratio",
    about: "iperf3, one stream: app container → pod, relative to pod → pod",
    measure: async () => ratio((await bandwidth()).out.tunnel, (await bandwidth()).out.pods),
  },
  {
    name: "tunnel_iperf3_in_ratio",
    unit: "ratio",
    about: "iperf3, one stream: pod → app container, relative to pod → pod",
    measure: async () => ratio((await bandwidth()).in.tunnel, (await bandwidth()).in.pods),
  },
  {
    name: "tunnel_iperf3_out_mbps",
    unit: "Mbit/s",
    about: "app container → pod",
    measure: async () => (await bandwidth()).out.tunnel,
  },
  {
    name: "tunnel_iperf3_in_mbps",
    unit: "Mbit/s",
    about: "pod → app container",
    measure: async () => (await bandwidth()).in.tunnel,
  },
  {
    name: "pod_iperf3_mbps",
    unit: "Mbit/s",
    about: "pod → pod on the same node",
    measure: async () => (await bandwidth()).out.pods,
  },
  {
    name: "download_of_iperf3_ratio",
    unit: "ratio",
    about:
      "a download of 1 GB from the local container through the bridge, relative to iperf3 from an app container → pod",
    aim: 0.95,
    measure: async () => ratio((await download()).bridge, (await download()).tunnel),
  },
  {
    name: "download_mbps",
    unit: "Mbit/s",
    about: "a download of 1 GB through the bridge",
    measure: async () => (await download()).bridge,
  },
  {
    name: "bridge_rps_c1_ratio",
    unit: "ratio",
    about:
      "wrk, 1 connection: requests per second through the bridge, relative to the original without a bridge",
    measure: async () => ratio((await loads()).c1.bridge.rps, (await loads()).c1.direct.rps),
  },
  {
    name: "bridge_rps_c32_ratio",
    unit: "ratio",
    about:
      "wrk, 32 connections: requests per second through the bridge, relative to the original without a bridge",
    measure: async () => ratio((await loads()).c32.bridge.rps, (await loads()).c32.direct.rps),
  },
  {
    name: "bridge_rps_c32_of_tunnel_ratio",
    unit: "ratio",
    about:
      "wrk, 32 connections: requests per second through the bridge, relative to Stowaway's port called directly",
    aim: 0.95,
    measure: async () => ratio((await loads()).c32.bridge.rps, (await loads()).c32.tunnel.rps),
  },
  {
    name: "bridge_http_rps_c32_of_tunnel_ratio",
    unit: "ratio",
    about: "the same; an httpGet probe makes Nginx inspect the port",
    measure: async () => ratio((await loads()).c32.http.rps, (await loads()).c32.tunnel.rps),
  },
  {
    name: "bridge_match_rps_c32_of_tunnel_ratio",
    unit: "ratio",
    about: "the same, with `--match` for a header that all requests have",
    aim: 0.8,
    measure: async () => ratio((await loads()).c32.match.rps, (await loads()).c32.tunnel.rps),
  },
  {
    name: "bridge_rps_c32",
    unit: "1/s",
    about: "wrk, 32 connections, through the bridge",
    measure: async () => (await loads()).c32.bridge.rps,
  },
  {
    name: "tunnel_rps_c32",
    unit: "1/s",
    about: "wrk, 32 connections, Stowaway's port",
    measure: async () => (await loads()).c32.tunnel.rps,
  },
  {
    name: "direct_rps_c32",
    unit: "1/s",
    about: "wrk, 32 connections, the original",
    measure: async () => (await loads()).c32.direct.rps,
  },
  {
    name: "bridge_p50_c1_ms",
    unit: "ms",
    about: "wrk, 1 connection: median response time through the bridge",
    measure: async () => (await loads()).c1.bridge.p50,
  },
  {
    name: "tunnel_p50_c1_ms",
    unit: "ms",
    about: "the same for Stowaway's port",
    measure: async () => (await loads()).c1.tunnel.p50,
  },
  {
    name: "direct_p50_c1_ms",
    unit: "ms",
    about: "the same for the original without a bridge",
    measure: async () => (await loads()).c1.direct.p50,
  },
  {
    name: "bridge_p50_c32_ms",
    unit: "ms",
    about: "wrk, 32 connections: median response time through the bridge",
    measure: async () => (await loads()).c32.bridge.p50,
  },
  {
    name: "tunnel_p50_c32_ms",
    unit: "ms",
    about: "the same for Stowaway's port",
    measure: async () => (await loads()).c32.tunnel.p50,
  },
  {
    name: "carrier_memory_mb",
    unit: "MB",
    about: "proportional set size of all processes of one Carrier right after the load, the largest of three",
    aim: 15,
    measure: async () => [(await loads()).memory],
  },
];
