/** What the way through the API server costs. */
import { type Figure, ratio } from "./figure.ts";
import { transports } from "./transports.ts";

export const transportFigures: Figure[] = [
  {
    name: "docker_network_connect_s",
    unit: "s",
    about: "`gefyra up --transport docker-network` of a connection over the API server",
    measure: async () => (await transports()).direct.connect,
  },
  {
    name: "api_server_connect_s",
    unit: "s",
    about: "`gefyra up --transport api-server` of a connection over a Docker network",
    measure: async () => (await transports()).relayed.connect,
  },
  {
    name: "api_server_iperf3_out_of_direct_ratio",
    unit: "ratio",
    about:
      "iperf3, one stream: app container → pod through the API server, of the same over a Docker network",
    measure: async () => ratio((await transports()).relayed.out, (await transports()).direct.out),
  },
  {
    name: "api_server_iperf3_in_of_direct_ratio",
    unit: "ratio",
    about:
      "iperf3, one stream: pod → app container through the API server, of the same over a Docker network",
    measure: async () => ratio((await transports()).relayed.in, (await transports()).direct.in),
  },
  {
    name: "api_server_iperf3_out_mbps",
    unit: "Mbit/s",
    about: "app container → pod through the API server",
    aim: 300,
    measure: async () => (await transports()).relayed.out,
  },
  {
    name: "api_server_iperf3_in_mbps",
    unit: "Mbit/s",
    about: "pod → app container through the API server",
    aim: 300,
    measure: async () => (await transports()).relayed.in,
  },
  {
    name: "api_server_bridge_p50_of_direct_ratio",
    unit: "ratio",
    about: "wrk, 1 connection: `api_server_bridge_p50_ms`, of the same over a Docker network",
    measure: async () => ratio((await transports()).relayed.p50, (await transports()).direct.p50),
  },
  {
    name: "api_server_bridge_p50_ms",
    unit: "ms",
    about:
      "wrk, 1 connection: half of the requests through the bridge are answered in this time, through the API server",
    aim: 0.8,
    measure: async () => (await transports()).relayed.p50,
  },
];
