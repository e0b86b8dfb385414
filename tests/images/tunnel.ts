/** A tunnel between two Docker networks: app, Cargo on the one; Stowaway, pod on the other, which Cargo joins too. */
import { archive } from "../../lib/archive.ts";
import { imageOf } from "../../lib/images.ts";
import { hostIn, hosts } from "../../lib/config/addresses.ts";
import { cargoFiles, type CargoSettings } from "../../lib/config/cargo.ts";
import { generateKeyPair } from "../../lib/config/keys.ts";
import { stowawayFiles, type StowawayState } from "../../lib/config/stowaway.ts";
import type { WireguardStatus } from "../../lib/config/wireguard.ts";
import { docker, exec, type Output, type Sandbox, sandbox, tryDocker } from "../docker.ts";

export const PORT = { stowaway: 10080, app: 8000, pod: 9000, host: 7000 } as const;
export const TUNNEL_SUBNET = "198.18.1.0/24";
const CLUSTER_NAME = "hello.default.svc.cluster.local";
const CLUSTER_ADDRESS = "10.96.0.77";
/** Of the Docker bridge, where a container has its usual address. */
const BRIDGE = 9;

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
  /** Cargo's way out, where it is asked for: it stands for the machine, with the address of the Docker bridge. */
  router: string;
  /** The Docker network of the app, and its subnet. */
  network: string;
  subnet: string;
  /** Everything is in it. */
  box: Sandbox;
  addresses: Record<"cargo" | "stowaway" | "app" | "pod" | "router", string>;
  privateKey: string;
  /** The right state of either end. */
  files: Record<"cargo" | "stowaway", Record<string, string>>;
  /** Cargo's state with something of the line changed. */
  cargoWith: (line: CargoSettings) => Record<string, string>;
  /** What `files.stowaway` was made of. */
  state: StowawayState;
  /** Another pod of the cluster. */
  otherPod(host: number): Promise<{ pod: string; address: string }>;
  /** Another client of Stowaway, which does not know it yet. */
  otherClient(tunnelSubnet: string): Promise<LocalEnd & { files: Record<string, string>; publicKey: string }>;
}

/** A Docker network with Cargo and an app container. */
interface LocalEnd {
  cargo: string;
  app: string;
  network: string;
  subnet: string;
  /** In the Docker network. */
  at: (host: number) => string[];
}

const forwards = ["--cap-add", "NET_ADMIN", "--sysctl", "net.ipv4.ip_forward=1"];
const onNetwork = (network: string, ip: string) => ["--network", network, "--ip", ip];

async function localEnd(
  box: Sandbox,
  { name, octet, cluster, routed, labels = [] }: {
    name: string;
    octet: number;
    cluster: string;
    routed: boolean;
    labels?: string[];
  },
): Promise<LocalEnd> {
  const subnet = `10.214.${octet}.0/24`, gateway = hostIn(subnet, hosts.gateway);
  // As the product names it: Docker takes the default gateway from the network that sorts first.
  const network = await box.network(`0-${name}`, [
    ...["--subnet", subnet, "--aux-address", `DefaultGatewayIPv4=${gateway}`],
    ...labels.flatMap((label) => ["--label", label]),
    // A container has the address of the bridge.
    ...(routed ? ["--gateway", hostIn(subnet, BRIDGE)] : []),
  ]);
  const at = (host: number) => onNetwork(network, hostIn(subnet, host));
  const [cargo, app] = await Promise.all([
    box.create(`${name}-cargo`, [
      ...at(hosts.cargo),
      ...forwards,
      ...["--sysctl", "net.ipv4.conf.all.src_valid_mark=1"],
      ...["--env", `CARGO_GATEWAY=${gateway}/24`],
      ...(routed ? ["--env", `CARGO_ROUTER=${hostIn(subnet, hosts.bridge)}`] : []),
    ], imageOf("cargo")),
    box.run(
      `${name}-app`,
      [...at(hosts.firstApp), "--dns", hostIn(subnet, hosts.cargo), "--init"],
      "debian:trixie-slim",
      ["perl", "-e", greeter, "app", `${PORT.app}`],
    ),
  ]);
  await docker(["network", "connect", cluster, cargo]);
  await docker(["start", cargo]);
  return { cargo, app, network, subnet, at };
}

/** `labels`: of the Docker network of the app. */
export async function tunnel(
  { router: routed = false, labels = [] }: { router?: boolean; labels?: string[] } = {},
): Promise<Tunnel> {
  const box = sandbox();
  try {
    const octet = Math.floor(Math.random() * 125);
    const cluster = `10.215.${octet}.0/24`;
    const clusterNetwork = await box.network("cluster", ["--subnet", cluster]);
    const inCluster = (host: number) => onNetwork(clusterNetwork, hostIn(cluster, host));
    const otherPod = async (host: number) => ({
      address: hostIn(cluster, host),
      pod: await box.run(
        `pod-${host}`,
        [...inCluster(host), "--cap-add", "NET_ADMIN", "--init", "--entrypoint", "perl"],
        imageOf("cargo"),
        ["-e", greeter, "pod", `${PORT.pod}`],
      ),
    });
    const [local, stowaway, { pod, address: podAddress }] = await Promise.all([
      localEnd(box, { name: "local", octet, cluster: clusterNetwork, routed, labels }),
      box.run("stowaway", [...inCluster(20), ...forwards], imageOf("stowaway")),
      otherPod(21),
    ]);
    const { cargo, app, network, subnet } = local;
    const addresses = {
      cargo: hostIn(subnet, hosts.cargo),
      stowaway: hostIn(cluster, 20),
      app: hostIn(subnet, hosts.firstApp),
      pod: podAddress,
      router: hostIn(subnet, hosts.bridge),
    };
    const router = routed
      ? await box.run(
        "router",
        [...local.at(hosts.bridge), "--cap-add", "NET_ADMIN", "--entrypoint", "perl"],
        imageOf("cargo"),
        ["-e", greeter, "host", `${PORT.host}`],
      )
      : "";
    const { privateKey, publicKey: serverPublicKey } = await generateKeyPair();
    const state: StowawayState = {
      privateKey,
      peers: [{ publicKey: await exec(cargo, "cargo", "public-key"), subnet: TUNNEL_SUBNET }],
      forwards: [{
        port: PORT.stowaway,
        address: hostIn(TUNNEL_SUBNET, hosts.firstApp),
        local: PORT.app,
        protocol: "TCP",
        from: [addresses.pod],
      }],
    };
    const dns = { server: CLUSTER_ADDRESS, domain: "cluster.local" };
    const filesOf = (docker: string, tunnel: string, line: CargoSettings) => ({
      ...cargoFiles({ subnet: tunnel, serverPublicKey, nodePort: 0, dns }, docker, {
        endpoint: `${addresses.stowaway}:51820`,
        ...line,
      }),
      Corefile: corefile(CLUSTER_NAME),
    });
    const cargoWith = (line: CargoSettings) => filesOf(subnet, TUNNEL_SUBNET, line);
    const otherClient = async (tunnelSubnet: string) => {
      const end = await localEnd(box, {
        ...{ name: "other", octet: octet + 125, cluster: clusterNetwork, routed: false },
      });
      const publicKey = await exec(end.cargo, "cargo", "public-key");
      return { ...end, publicKey, files: filesOf(end.subnet, tunnelSubnet, {}) };
    };
    const files = { cargo: cargoWith({}), stowaway: stowawayFiles(state) };
    return {
      ...{ cargo, stowaway, app, pod, router, addresses, privateKey, files, cargoWith, state },
      ...{ network, subnet, box },
      ...{ otherPod, otherClient },
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
