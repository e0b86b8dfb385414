/** The resolver of an attached container, beside images/cargo/attach. Pure. */
import { contract } from "../contract.ts";
import { forwardToCluster } from "./cargo.ts";

export interface AttachedNames {
  /** The container resolves names as a pod of this namespace does. */
  namespace: string;
  /** The cluster's. */
  domain: string;
  /** Cargo's address on the Docker network. */
  cargo: string;
}

/** The one that gets the container's queries; the next ports answer parts of its question. */
const { attachedDns: FIRST } = contract.ports;

/**
 * The container's own nameservers know its neighbours, and Cargo knows the cluster. Its resolv.conf has no search list for
 * the cluster, so the resolver tries the domains of a pod's.
 * - A name of one word is a neighbour's first: a service of the cluster must not take its place. If the nameservers have
 *   no address for it, it is a service's: some words, as `app`, are domains of the Internet without one.
 * - A longer name is looked up in the cluster first, as in a pod: `web.shop` may be a domain of the Internet, too.
 */
export function attachedCorefile({ namespace, domain, cargo }: AttachedNames): string {
  const searches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  const part = (index: number) => `127.0.0.1:${FIRST + 1 + index}`;
  const asked = (to: string, more: string) =>
    `    forward . ${to} {
        policy sequential
        max_fails 0
        next NXDOMAIN SERVFAIL REFUSED
${more}    }
`;
  const all = [
    asked(part(0), "        next_on_nodata\n"),
    ...searches.map((_, index) => asked(part(index + 1), "")),
    asked("/etc/resolv.conf", ""),
    forwardToCluster(cargo),
  ];
  return [
    block(".", FIRST, all.join("")),
    block(domain, FIRST, forwardToCluster(cargo)),
    block(
      ".",
      FIRST + 1,
      `    template ANY ANY . {
        match ^[^.]+[.][^.]
        rcode NXDOMAIN
        fallthrough
    }
    forward . /etc/resolv.conf {
        policy sequential
        max_fails 0
    }
`,
    ),
    ...searches.map((search, index) =>
      block(
        ".",
        FIRST + 2 + index,
        `    rewrite name suffix . .${search}. answer auto\n${forwardToCluster(cargo)}`,
      )
    ),
  ].join("");
}

const block = (zone: string, port: number, plugins: string): string =>
  `${zone}:${port} {
    bind 127.0.0.1
    errors
${plugins}}
`;
