/** Through which proxy an API server is reached. Pure. */
import ipaddr from "ipaddr.js";

const SCHEMES = ["http:", "https:", "socks5:"];

/** What is wrong with a `proxy-url`, without its text: it may have a password. */
export function proxyProblem(url: string): string | undefined {
  if (!URL.canParse(url) || !new URL(url).hostname) return "is not a URL";
  return SCHEMES.includes(new URL(url).protocol)
    ? undefined
    : "does not begin with http://, https:// or socks5://";
}

/**
 * The proxy of the environment, for a kubeconfig without one: `HTTPS_PROXY`, or `HTTP_PROXY` for a server without TLS, save
 * for what `NO_PROXY` lists, and for this machine. The rules are those of Go (golang.org/x/net/http/httpproxy).
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
  /** Where the host is one. */
  address: ipaddr.IPv4 | ipaddr.IPv6 | undefined;
}

/** `example.com` and what is below it, `.example.com` only that, an address, a range, or `*`; maybe of one port. */
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
