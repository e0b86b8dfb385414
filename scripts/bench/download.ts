/** A large response through the bridge, compared with the tunnel in the same direction. */
import { iperf } from "./bandwidth.ts";
import { gefyra, inApp, inPod, NAMESPACE, once, TOOLS } from "./commands.ts";
import { connect } from "./stage.ts";
import { startApp } from "./switching.ts";
import { UNPROBED } from "./workloads.ts";

const ROUNDS = 5;
const BRIDGE = "bench-download";
/** Served by the local Nginx; a sparse file, so that no disk is measured. */
const FILE = "/var/www/large", SIZE = 1_000_000_000;

export const download = once(async () => {
  await connect();
  const app = await startApp();
  await inApp(app, "mkdir", "-p", "/var/www");
  await inApp(app, "truncate", "--size", `${SIZE}`, FILE);
  const target = ["--target", `deployment/${UNPROBED}`, "--port", "80:80", "-I", BRIDGE];
  await gefyra("bridge", "-N", app, "-n", NAMESPACE, ...target);
  const bridge: number[] = [], tunnel: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    tunnel.push(await iperf([]));
    bridge.push(await fetched(`http://${UNPROBED}/large`));
  }
  await gefyra("unbridge", "-N", BRIDGE);
  return { bridge, tunnel };
});

/** Mbit/s. */
async function fetched(url: string): Promise<number> {
  const format = "%{size_download} %{speed_download}";
  const said = await inPod(
    TOOLS,
    "curl",
    "--silent",
    "--fail",
    "--output",
    "/dev/null",
    "--write-out",
    format,
    url,
  );
  const [size, speed] = said.split(" ").map(Number);
  if (size !== SIZE) throw new Error(`${url}: ${size} bytes came`);
  return speed! * 8 / 1e6;
}
