/** Chooses the proxy for an API server. Pure. */
import ipaddr from "ipaddr.js";

const SCHEMES = ["http:", "https:", "socks5:"];

/** The problem of a `proxy-url`, without its text, which may have a password. */
export function proxyProblem(url: string): string | undefined {
  if (!URL.canParse(url) || !new URL(url).hostname) return "is not a URL";
  return SCHEMES.includes(new URL(url).protocol)
    ? undefined
    : "does not begin with http://, https:// or socks5://";
}

/**
 * The environment's proxy, for a kubeconfig without one: `HTTPS_PROXY`, or `HTTP_PROXY` for a server without TLS,
 * except for the entries of `NO_PROXY` and for this machine. The rules are Go's (golang.org/x/net/http/httpproxy).
 */
export function proxyOfEnv(server: URL, env: (name: string) => string | undefined): string | undefined {
  const either = (name: string) => env(name) || env(name.toLowerCase()) || "";
  const named = either(server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  const proxy = named.includes("://") ? named : `http://${named}`;
  if (!named || proxyProblem(proxy)) return undefined;
  const host = server.hostname.toLowerCase().replace(/^\[|\]$/g, "");
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  const address = ipaddr.isValid(host) ? ipaddr.parse(host) : undefined;
  if (host === "localhost" || address?.range() === "loopback") return undefined;
  const exceptions = either("NO_PROXY").toLowerCase().split(",").map((one) => one.trim()).filter(Boolean);
  return exceptions.some((one) => covers(one, { host, port, address })) ? undefined : proxy;
}

interface Target {
  host: string;
  port: string;
  /** If the host is an address. */
  address: ipaddr.IPv4 | ipaddr.IPv6 | undefined;
}

/**
 * `example.com` and its subdomains, `.example.com` for the subdomains only, an address, a range, or `*`; optionally
 * with a port.
 */
function covers(exception: string, { host, port, address }: Target): boolean {
  if (exception === "*") return true;
  if (ipaddr.isValidCIDR(exception)) {
    const range = ipaddr.parseCIDR(exception);
    return address !== undefined && address.kind() === range[0].kind() && address.match(range as never);
  }
  const [, bare = exception, of = ""] = exception.match(/^([^:]*|\[.*\]):(\d+)$/) ?? [];
  const name = bare.replace(/^\[|\]$/g, "").replace(/^\*\./, ".");
  if (of && of !== port) return false;
  if (!name) return false;
  return name.startsWith(".")
    ? host.endsWith(name)
    : host === name || (!address && host.endsWith(`.${name}`));
}
