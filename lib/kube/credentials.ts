/** The credentials of a request, for the parts of a kubeconfig that the client library does not support. */
import type { Authenticator } from "@kubernetes/client-node/dist/auth.js";
import { GefyraError, messageOf } from "../errors.ts";
import { execPlugin } from "./exec-plugin.ts";
import { pemOf } from "./certificates.ts";
import type { ChosenContext } from "./kubeconfig-context.ts";
import type { UserSettings } from "./kubeconfig.ts";

/** For the client library, which calls it before each request, watch and exec. */
export function authenticator(context: ChosenContext): Authenticator {
  const { user } = context;
  const ownProof = user.token || user.tokenFile || user.username || user["client-certificate"] ||
    user["client-certificate-data"];
  const plugin = user.exec && !ownProof ? execPlugin(user.exec, clusterInfo(context)) : undefined;
  return {
    isAuthProvider: () => true,
    applyAuthentication: async (_, options) => {
      const { token = tokenOf(user), certificate, key } = await plugin?.() ?? {};
      if (certificate) options.cert = certificate;
      if (key) options.key = key;
      options.headers = {
        ...options.headers,
        ...(token ? { Authorization: `Bearer ${checked(token)}` } : {}),
        ...impersonationHeaders(user),
      };
    },
  };
}

/**
 * A token file is read for every request, so that renewing it only takes a write. It takes precedence over the token in
 * the kubeconfig.
 */
export function tokenOf({ token, tokenFile }: UserSettings): string | undefined {
  if (!tokenFile) return token;
  try {
    const text = Deno.readTextFileSync(tokenFile).trim();
    if (!text) throw new Error("it is empty");
    return text;
  } catch (cause) {
    if (token) return token;
    throw new GefyraError("credentials", `Cannot read the token in "${tokenFile}": ${messageOf(cause)}`, {
      exit: "forbidden",
      hint: "it is the tokenFile of the kubeconfig's user; log in again, or choose another context",
      cause,
    });
  }
}

/** A later error would quote the token. */
function checked(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new GefyraError("credentials", "Cannot use the token of the kubeconfig's user: it is not one word", {
    exit: "forbidden",
    hint: "log in again, or choose another context",
  });
}

/** In addition to `as`, which the library supports. */
function impersonationHeaders(user: UserSettings): Record<string, string> {
  const { "as-uid": uid, "as-groups": [group] = [], "as-user-extra": extra = {} } = user;
  return {
    ...(uid ? { "Impersonate-Uid": uid } : {}),
    ...(group ? { "Impersonate-Group": group } : {}),
    ...Object.fromEntries(
      Object.entries(extra).map(([name, [value = ""]]) => [
        `Impersonate-Extra-${encodeURIComponent(name.toLowerCase())}`,
        value,
      ]),
    ),
  };
}

function clusterInfo({ server, cluster }: ChosenContext): Record<string, unknown> {
  const { extensions } = cluster;
  const ca = pemOf(["certificate-authority", cluster]);
  const own = Array.isArray(extensions)
    ? extensions.find((one) => one?.name === "client.authentication.k8s.io/exec")?.extension
    : undefined;
  return {
    server,
    ...(cluster["tls-server-name"] ? { "tls-server-name": cluster["tls-server-name"] } : {}),
    ...(cluster["insecure-skip-tls-verify"] ? { "insecure-skip-tls-verify": true } : {}),
    ...(ca ? { "certificate-authority-data": btoa(ca) } : {}),
    ...(cluster["proxy-url"] ? { "proxy-url": cluster["proxy-url"] } : {}),
    config: own ?? null,
  };
}
