/** WireGuard configurations for `wg syncconf`. Pure. */
import { FIREWALL_MARK, WIREGUARD_PORT } from "../names.ts";
import { KEEPALIVE_S } from "../settings.ts";

export interface StowawayPeer {
  publicKey: string;
  /** The connection's /24 in the tunnel. */
  subnet: string;
  /** Bytes that its path carries; the device's when absent. */
  mtu?: number | undefined;
}

/** Stowaway's end: one peer per connection. Peers have no endpoint, because the clients connect. */
export function stowawayWireguard(privateKey: string, peers: StowawayPeer[]): string {
  const sections = [...peers].sort((a, b) => a.subnet < b.subnet ? -1 : 1).map(({ publicKey, subnet }) =>
    section("Peer", { PublicKey: publicKey, AllowedIPs: subnet, PersistentKeepalive: KEEPALIVE_S })
  );
  return [section("Interface", { PrivateKey: privateKey, ListenPort: WIREGUARD_PORT }), ...sections].join(
    "\n",
  );
}

/**
 * Cargo's end. Cargo itself adds its private key. Without an endpoint there is no peer: a peer that is removed and
 * added again starts a handshake at once.
 */
export function cargoWireguard(serverPublicKey: string, endpoint: string | undefined): string {
  const device = section("Interface", { FwMark: FIREWALL_MARK });
  if (!endpoint) return device;
  return [
    device,
    section("Peer", {
      PublicKey: serverPublicKey,
      Endpoint: endpoint,
      AllowedIPs: "0.0.0.0/0",
      PersistentKeepalive: KEEPALIVE_S,
    }),
  ].join("\n");
}

function section(name: string, values: Record<string, string | number>): string {
  return [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`), ""].join("\n");
}

export interface WireguardStatus {
  publicKey: string;
  mtu: number;
  device: string;
  peers: {
    publicKey: string;
    endpoint: string;
    /** Unix seconds, 0 for never. */
    latestHandshake: number;
    rxBytes: number;
    txBytes: number;
  }[];
}
