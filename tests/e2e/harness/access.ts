/** Kubeconfigs for users other than the lab's administrator. */
import { parse, stringify } from "yaml";
import { kubeconfig, named } from "./names.ts";
import { folder } from "./suite.ts";
import { type Json, kubectl, tryKubectl } from "./kube.ts";

/** The lab's kubeconfig with something of its cluster or user replaced, as a file of its own. */
async function variant(name: string, change: (config: Json) => void): Promise<string> {
  const config = parse(await Deno.readTextFile(kubeconfig));
  change(config);
  const file = `${folder}/${named(name)}`;
  await Deno.writeTextFile(file, stringify(config), { mode: 0o600 });
  return file;
}

/** Of a service account that has no rights at all. */
export async function withoutRights(namespace: string): Promise<string> {
  const token = await kubectl("create", "token", "default", "--namespace", namespace);
  return await variant("without-rights", (config) => config.users[0].user = { token });
}

/** Of a service account, in its own namespace. A later call with the same file replaces the user. */
export async function asAccount(file: string, account: string, namespace: string): Promise<string> {
  const token = await kubectl("create", "token", account, "--namespace", namespace);
  return await variant(file, (config) => {
    config.users[0].user = { token };
    config.contexts[0].context.namespace = namespace;
  });
}

/** Of an API server that does not answer. */
export function withoutServer(): Promise<string> {
  const { port } = freePort();
  return variant(
    "without-server",
    (config) => config.clusters[0].cluster.server = `https://127.0.0.1:${port}`,
  );
}

function freePort(): { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr;
}

/** Of another user, whom the administrator impersonates. */
export function impersonating(user: string, group: string): Promise<string> {
  return variant(
    `as-${user}`,
    (config) => Object.assign(config.users[0].user, { as: user, "as-groups": [group] }),
  );
}

/** What the API server answers about a service account: `yes` or `no`. `question`: as for `kubectl auth can-i`. */
export async function canI(
  account: { namespace: string; name: string },
  question: string[],
): Promise<string> {
  const as = ["--as", `system:serviceaccount:${account.namespace}:${account.name}`];
  return (await tryKubectl("auth", "can-i", ...question, ...as)).stdout.trim();
}
