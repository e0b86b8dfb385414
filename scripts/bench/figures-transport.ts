/** How fast the transport through the API server is. */
import { type Figure, ratio } from "./figure.ts";
import { type Path, type Transport, type Transports, transports } from "./transports.ts";

const names = { "api-server": "api_server", "docker-network": "docker_network", pods: "pods" } as const;
const over = {
  "api-server": "over the API server",
  "docker-network": "over a Docker network",
  pods: "pod → pod, without a tunnel",
} as const;

interface Part {
  key: keyof Transport;
  name: string;
  unit: Figure["unit"];
  about: string;
  /** For the API server only. */
  aim?: number;
}

const iperf = "iperf3, one stream", wrk = "wrk, 1 connection";
const connect: Part = {
  key: "connect",
  name: "connect_s",
  unit: "s",
  about: "`gefyra up --transport` that changes only the transport",
};
const speed: Part[] = [
  { key: "out", name: "iperf3_out_mbps", unit: "Mbit/s", about: `${iperf}: app container → pod`, aim: 300 },
  { key: "in", name: "iperf3_in_mbps", unit: "Mbit/s", about: `${iperf}: pod → app container`, aim: 300 },
  {
    key: "p50",
    name: "request_p50_ms",
    unit: "ms",
    about: `${wrk}: median response time through the bridge`,
    aim: 0.8,
  },
  {
    key: "p99",
    name: "request_p99_ms",
    unit: "ms",
    about: `${wrk}: 99 % of the requests through the bridge are answered in this time`,
  },
];
const lossy: Part[] = [
  { key: "lossyOut", name: "lossy_out_mbps", unit: "Mbit/s", about: `${iperf}, 1 % lost each way: out` },
  { key: "lossyIn", name: "lossy_in_mbps", unit: "Mbit/s", about: `${iperf}, 1 % lost each way: in` },
];

const figure = (path: Path, { key, name, unit, about, aim }: Part): Figure => ({
  name: `${names[path]}_${name}`,
  unit,
  about: `${about}; ${over[path]}`,
  ...(aim && path === "api-server" ? { aim } : {}),
  measure: async () => (await transports())[path][key],
});

const ofDirect = (key: "out" | "in" | "p50", of: string): Figure => ({
  name: `api_server_${key}_of_direct_ratio`,
  unit: "ratio",
  about: `\`api_server_${of}\`, relative to the same over a Docker network`,
  measure: async () => {
    const measured: Transports = await transports();
    return ratio(measured["api-server"][key], measured["docker-network"][key]);
  },
});

export const transportFigures: Figure[] = [
  ...(["api-server", "docker-network"] as const).flatMap((path) =>
    [connect, ...speed, ...lossy].map((part) => figure(path, part))
  ),
  ...speed.map((part) => figure("pods", part)),
  ofDirect("out", "iperf3_out_mbps"),
  ofDirect("in", "iperf3_in_mbps"),
  ofDirect("p50", "request_p50_ms"),
  {
    name: "transports_load",
    unit: "load",
    about: "the machine's load average of one minute while the transports are measured",
    measure: async () => (await transports()).load,
  },
];
