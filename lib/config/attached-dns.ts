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
 *
 * Each part has a port, because `next` needs an answer: Docker's resolver gives none if the machine's own is silent.
 */
export function attachedCorefile({ namespace, domain, cargo }: AttachedNames): string {
  const searches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  const parts = [
    // Docker answers for neighbours at once.
    { plugins: `${ONE_WORD}${forwardToOwn("500ms")}`, more: "        next_on_nodata\n" },
    ...searches.map((search) => ({ plugins: appending(search) + forwardToCluster(cargo), more: "" })),
    { plugins: forwardToOwn("3s"), more: "" },
  ];
  const asked = parts.map(({ more }, index) => askPart(FIRST + 1 + index, more));
  return [
    block(".", FIRST, asked.join("") + forwardToCluster(cargo)),
    block(domain, FIRST, forwardToCluster(cargo)),
    ...parts.map(({ plugins }, index) => block(".", FIRST + 1 + index, plugins)),
  ].join("");
}

const ONE_WORD = `    template ANY ANY . {
        match ^[^.]+[.][^.]
        rcode NXDOMAIN
        fallthrough
    }
`;

const appending = (search: string): string => `    rewrite name suffix . .${search}. answer auto\n`;

const forwardToOwn = (timeout: string): string =>
  `    forward . /etc/resolv.conf {
        policy sequential
        read_timeout ${timeout}
        max_connect_attempts 1
        max_fails 0
    }
`;

const askPart = (port: number, more: string): string =>
  `    forward . 127.0.0.1:${port} {
        read_timeout 4s
        max_fails 0
        next NXDOMAIN SERVFAIL REFUSED
${more}    }
`;

const block = (zone: string, port: number, plugins: string): string =>
  `${zone}:${port} {
    bind 127.0.0.1
    errors
${plugins}}
`;
