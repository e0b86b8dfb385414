/** The text of a 502: which container was asked, and what happened. */
import type { CarrierRoute, CarrierServer } from "./server.ts";
import { map } from "./rules.ts";
import { quote } from "./syntax.ts";
import { routeName } from "./upstreams.ts";

/** Upper limit of all headers of a response. */
export const ANSWER_HEADERS = "16m";

/**
 * What happened: no connection ("-" instead of a time, for each address that was tried), no response, or a response
 * that Nginx cannot use.
 */
export const TROUBLE = `map $upstream_connect_time $reached {
    default  0;
    ~[0-9]   1;
}
map $upstream_bytes_received $heard {
    default  0;
    ~[1-9]   1;
}
map $reached$heard$upstream_status $trouble_before {
    default    "cannot use the answer of ";
    ~^0        "cannot connect to ";
    ~^10       "";
}
map $reached$heard$upstream_status $trouble_after {
    default    ": it is not HTTP, or its headers have more than ${ANSWER_HEADERS}";
    ~^0.*504$  " within 5 s";
    ~^0        ", where no program listens, or which is not reachable";
    ~^10       " closed the connection before it answered";
}`;

/** The text of a 502 with the variables above, without its line end. */
export const troubleText = ({ port }: CarrierServer) => `\${trouble_before}$who_${port}$trouble_after`;

/** `$who_<port>`: the name of `$to_<port>` for people. */
export function whoIsAsked(server: CarrierServer): string {
  return map(`$to_${server.port}`, `$who_${server.port}`, [
    'default "the original";',
    ...server.routes.map((route) => `${routeName(server, route)} ${quote(appOf(route))};`),
  ]);
}

const appOf = ({ bridge, mirror }: CarrierRoute) =>
  mirror ? "the original" : `the app container of bridge "${bridge}"`;
