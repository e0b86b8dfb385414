/**
 * HTTP through a SOCKS5 proxy, for the client library, which itself supports no password and no server name other than
 * the host's.
 */
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { SocksClient } from "socks";
import { Agent, type Dispatcher } from "undici";

/** Time limit for the proxy and the server. */
const TIMEOUT_MS = 10_000;

/** `tls`: how the server is verified, and the user's certificate. The proxy resolves the server's name. */
export function socksDispatcher(proxy: URL, tls: ConnectionOptions): Dispatcher {
  const { hostname: host, port, username, password } = proxy;
  return new Agent({
    connect: ({ hostname, port: wanted, protocol }, callback) => {
      const destination = {
        host: hostname.replace(/^\[|\]$/g, ""),
        port: Number(wanted) || (protocol === "https:" ? 443 : 80),
      };
      SocksClient.createConnection({
        command: "connect",
        timeout: TIMEOUT_MS,
        destination,
        proxy: {
          type: 5,
          host: host.replace(/^\[|\]$/g, ""),
          port: Number(port) || 1080,
          ...(username
            ? { userId: decodeURIComponent(username), password: decodeURIComponent(password) }
            : {}),
        },
      }).then(({ socket }) => {
        if (protocol !== "https:") return callback(null, socket);
        const { servername = nameOf(destination.host) } = tls;
        const secure = connectTls({
          ...tls,
          socket,
          servername,
          host: destination.host,
          ALPNProtocols: ["http/1.1"],
        });
        secure.once("secureConnect", () => callback(null, secure));
        secure.once("error", (error) => callback(error, null));
      }).catch((error) => callback(error, null));
    },
  });
}

/** An address is not a valid server name (RFC 6066); the certificate is still checked against it. */
function nameOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? "" : host;
}
