/** Another host: a network namespace that knows this machine by one cable only, and nothing of Docker. */
import { defaultImages, imageOf } from "../../../lib/images.ts";
import { docker, sandbox } from "../../docker.ts";

export interface ExternalHost extends AsyncDisposable {
  address: string;
  /** This machine leads a range to it from now on. */
  route(range: string): Promise<void>;
}

export const EXTERNAL_PORT = 9000;

/** Serves the file `external` on EXTERNAL_PORT. */
export async function externalHost(): Promise<ExternalHost> {
  const box = sandbox();
  const cargo = imageOf("cargo", defaultImages);
  const device = `gefyra-${crypto.randomUUID().slice(0, 6)}`;
  const net = 8 + 4 * Math.floor(Math.random() * 60);
  const machine = `10.211.77.${net + 1}`, address = `10.211.77.${net + 2}`;
  const script = `echo -n external > /src/external && exec python3 -m http.server ${EXTERNAL_PORT}`;
  const container = await box.run("external", ["--network", "none"], "pyserver", ["sh", "-c", script]);
  const inspected = await docker(["inspect", "--format", "{{.State.Pid}}", container]);
  const ip = (where: string[], ...commands: string[]) =>
    docker([
      ...["run", "--rm", "--cap-add", "NET_ADMIN", ...where, "--entrypoint", "sh", cargo],
      ...["-ec", commands.map((command) => `ip ${command}`).join("\n")],
    ]);
  const host = ["--network", "host", "--pid", "host"];
  await ip(
    host,
    `link add ${device} type veth peer name cable`,
    `link set cable netns ${inspected}`,
    `address add ${machine}/30 dev ${device}`,
    `link set ${device} up`,
  );
  await ip(
    ["--network", `container:${container}`],
    `address add ${address}/30 dev cable`,
    "link set cable up",
    `route add default via ${machine}`,
  );
  return {
    address,
    // With a metric of its own: other tests on this machine may lead the same range to their hosts.
    route: async (range) => void await ip(host, `route add ${range} via ${address} metric ${100 + net}`),
    // With the namespace goes the cable, and with the cable its routes.
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}
