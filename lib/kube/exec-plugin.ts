/** Credentials from a program, as client-go's exec plugins (client.authentication.k8s.io). */
import { GefyraError, messageOf } from "../errors.ts";
import type { ExecSettings } from "./kubeconfig.ts";

export interface Credential {
  token?: string;
  /** PEM. */
  certificate?: string;
  key?: string;
}

/** Information about the cluster for the plugin (`provideClusterInfo`). */
export type ClusterInfo = Record<string, unknown>;

/** Time limit of a plugin that cannot prompt; one that can prompt may open a browser and wait for a login. */
const TIMEOUT_MS = 60_000, INTERACTIVE_TIMEOUT_MS = 300_000;

/** Runs the program if there is no credential or it has expired; one run at a time. */
export function execPlugin(settings: ExecSettings, cluster: ClusterInfo): () => Promise<Credential> {
  let known: Promise<Status> | undefined, expires = Infinity;
  return async () => {
    if (!known || Date.now() > expires) {
      expires = Infinity;
      const asked = known = run(settings, cluster);
      asked.then(
        ({ expirationTimestamp }) =>
          expires = expirationTimestamp ? Date.parse(expirationTimestamp) : Infinity,
        // The next request runs it again.
        () => known = undefined,
      );
    }
    const { token, clientCertificateData, clientKeyData } = await known;
    return {
      ...(token ? { token } : {}),
      ...(clientCertificateData && clientKeyData
        ? { certificate: clientCertificateData, key: clientKeyData }
        : {}),
    };
  };
}

interface Status {
  token?: string;
  clientCertificateData?: string;
  clientKeyData?: string;
  /** RFC 3339. */
  expirationTimestamp?: string;
}

async function run(settings: ExecSettings, cluster: ClusterInfo): Promise<Status> {
  const { command = "", args = [], env = [], apiVersion, interactiveMode } = settings;
  const interactive = interactiveMode !== "Never" && Deno.stdin.isTerminal();
  if (interactiveMode === "Always" && !interactive) {
    throw failed(settings, "it prompts for input, but standard input is not a terminal");
  }
  const spec = { interactive, ...(settings.provideClusterInfo ? { cluster } : {}) };
  const info = JSON.stringify({ kind: "ExecCredential", apiVersion, spec });
  const timeoutMs = interactive ? INTERACTIVE_TIMEOUT_MS : TIMEOUT_MS;
  const deadline = AbortSignal.timeout(timeoutMs);
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, {
      args,
      env: { ...Object.fromEntries(env.map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info },
      stdin: interactive ? "inherit" : "null",
      stdout: "piped",
      // Its prompts must appear while it runs.
      stderr: interactive ? "inherit" : "piped",
      signal: deadline,
    }).output();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw failed(settings, messageOf(cause), cause);
    throw failed(settings, "there is no such program", cause);
  }
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (deadline.aborted) throw failed(settings, `it has not ended within ${timeoutMs / 1000} s`);
  if (!output.success) {
    const said = interactive ? "" : decode(output.stderr).split("\n").slice(-3).join("\n");
    throw failed(settings, `it ended with exit code ${output.code}${said ? `: ${said}` : ""}`);
  }
  const problem = (text: string) => failed(settings, `its output ${text}`);
  let answer: { kind?: unknown; apiVersion?: unknown; status?: Status } | null;
  try {
    answer = JSON.parse(decode(output.stdout));
  } catch {
    throw problem("is not JSON");
  }
  if (answer?.kind !== "ExecCredential") throw problem("is not an ExecCredential");
  if (answer.apiVersion !== apiVersion) {
    throw problem(`has the apiVersion ${answer.apiVersion}, and the kubeconfig says ${apiVersion}`);
  }
  const { token, clientCertificateData, clientKeyData } = answer.status ?? {};
  if (!token && !clientCertificateData && !clientKeyData) {
    throw problem("has neither a token nor a certificate");
  }
  if (!clientCertificateData !== !clientKeyData) throw problem("has only one of certificate and key");
  return answer.status!;
}

function failed({ command, installHint }: ExecSettings, state: string, cause?: unknown): GefyraError {
  return new GefyraError("credentials", `Cannot get credentials from "${command}": ${state}`, {
    exit: "forbidden",
    hint: installHint || "try it with kubectl (`kubectl get namespaces`), or log in again",
    cause,
  });
}
