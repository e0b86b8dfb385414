/** A tunnel between two Docker networks: app, Cargo on the one; Stowaway, pod on the other, which Cargo joins too. */
import { archive } from "../../lib/archive.ts";
import { imageOf } from "../../lib/images.ts";
import { hostIn, hosts } from "../../lib/config/addresses.ts";
import { cargoFiles, type CargoSettings } from "../../lib/config/cargo.ts";
import { generateKeyPair } from "../../lib/config/keys.ts";
import { stowawayFiles, type StowawayState } from "../../lib/config/stowaway.ts";
import type { WireguardStatus } from "../../lib/config/wireguard.ts";
import { docker, exec, type Output, sandbox, tryDocker } from "../docker.ts";

export const PORT = { stowaway: 10080, app: 8000, pod: 9000 } as const;
export const TUNNEL_SUBNET = "198.18.1.0/24";
const CLUSTER_NAME = "hello.default.svc.cluster.local";
const CLUSTER_ADDRESS = "10.96.0.77";

/** Answers every TCP connection with who it is and whom it sees. */
const greeter = `use IO::Socket::INET; $| = 1;
my ($name, $port) = @ARGV;
my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) { print $client "$name saw " . $client->peerhost; close $client }`;

export interface Tunnel extends AsyncDisposable {
  cargo: string;
  stowaway: string;
  app: string;
  pod: string;
  /** Cargo's way out, where it is asked for. */
  router: string;
  addresses: Record<"cargo" | "stowaway" | "app" | "pod", string>;
  privateKey: string;
  /** The right state of either end. */
  files: Record<"cargo" | "stowaway", Record<string, string>>;
  /** Cargo's state with something of the line changed. */
  cargoWith: (line: CargoSettings) => Record<string, string>;
  /** What `files.stowaway` was made of. */
  state: StowawayState;
}

export async function tunnel({ router: routed = false } = {}): Promise<Tunnel> {
  const box = sandbox();
  try {
    const octet = Math.floor(Math.random() * 250);
    const local = `10.214.${octet}.0/24`, cluster = `10.215.${octet}.0/24`;
    const gateway = hostIn(local, hosts.gateway);
    const aux = ["--aux-address", `DefaultGatewayIPv4=${gateway}`];
    const localNetwork = await box.network("local", ["--subnet", local, ...aux]);
    const clusterNetwork = await box.network("cluster", ["--subnet", cluster]);
    const addresses = {
      cargo: hostIn(local, hosts.cargo),
      stowaway: hostIn(cluster, 20),
      app: hostIn(local, hosts.firstApp),
      pod: hostIn(cluster, 21),
    };
    const at = (network: string, ip: string) => ["--network", network, "--ip", ip];
    const forwards = ["--cap-add", "NET_ADMIN", "--sysctl", "net.ipv4.ip_forward=1"];
    const routerAddress = hostIn(local, 30);
    const [cargo, stowaway, app, pod, router] = await Promise.all([
      box.create("cargo", [
        ...at(localNetwork, addresses.cargo),
        ...forwards,
        ...["--sysctl", "net.ipv4.conf.all.src_valid_mark=1"],
        ...["--env", `CARGO_GATEWAY=${gateway}/24`],
        ...(routed ? ["--env", `CARGO_ROUTER=${routerAddress}`] : []),
      ], imageOf("cargo")),
      box.run("stowaway", [...at(clusterNetwork, addresses.stowaway), ...forwards], imageOf("stowaway")),
      box.run(
        "app",
        [...at(localNetwork, addresses.app), "--dns", addresses.cargo, "--init"],
        "debian:trixie-slim",
        ["perl", "-e", greeter, "app", `${PORT.app}`],
      ),
      box.run("pod", [...at(clusterNetwork, addresses.pod), "--init"], "debian:trixie-slim", [
        "perl",
        ...["-e", greeter, "pod", `${PORT.pod}`],
      ]),
      routed
        ? box.run(
          "router",
          [
            ...at(localNetwork, routerAddress),
            ...["--cap-add", "NET_ADMIN", "--entrypoint", "sleep"],
          ],
          imageOf("cargo"),
          ["infinity"],
        )
        : "",
    ]);
    await docker(["network", "connect", clusterNetwork, cargo]);
    await docker(["start", cargo]);
    const { privateKey, publicKey: serverPublicKey } = await generateKeyPair();
    const state: StowawayState = {
      privateKey,
      peers: [{ publicKey: await exec(cargo, "cargo", "public-key"), subnet: TUNNEL_SUBNET }],
      forwards: [{
        port: PORT.stowaway,
        address: hostIn(TUNNEL_SUBNET, hosts.firstApp),
        local: PORT.app,
        protocol: "TCP",
      }],
    };
    const status = {
      subnet: TUNNEL_SUBNET,
      serverPublicKey,
      nodePort: 0,
      dns: { server: CLUSTER_ADDRESS, domain: "cluster.local" },
    };
    const cargoWith = (line: CargoSettings) => ({
      ...cargoFiles(status, local, { endpoint: `${addresses.stowaway}:51820`, ...line }),
      Corefile: corefile(CLUSTER_NAME),
    });
    const files = { cargo: cargoWith({}), stowaway: stowawayFiles(state) };
    return {
      ...{ cargo, stowaway, app, pod, router, addresses, privateKey, files, cargoWith, state },
      [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
    };
  } catch (error) {
    await box[Symbol.asyncDispose]();
    throw error;
  }
}

/** A resolver that knows one name itself, since there is no cluster behind this tunnel. */
export function corefile(name: string): string {
  return `.:53 {\n  errors\n  hosts {\n    ${CLUSTER_ADDRESS} ${name}\n  }\n}\n`;
}

export async function apply(
  container: string,
  program: "cargo" | "stowaway",
  files: Record<string, string>,
): Promise<Output> {
  return await tryDocker(["exec", "--interactive", container, program, "apply"], await archive(files));
}

export async function status(container: string, program: "cargo" | "stowaway"): Promise<WireguardStatus> {
  return JSON.parse(await exec(container, program, "status"));
}

/** What the container hears when it connects there. */
export function ask(container: string, address: string, port: number): Promise<string> {
  return exec(container, "timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port} && cat <&3`);
}

/** How the app container resolves a name. */
export async function resolve(container: string, name: string): Promise<string | undefined> {
  const { stdout } = await tryDocker(["exec", container, "getent", "ahostsv4", name]);
  return stdout.split(" ")[0];
}
