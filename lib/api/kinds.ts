/** The kinds that can be a bridge's target, with all names that kubectl knows them by. */
interface Kind {
  apiVersion: string;
  group: string;
  plural: string;
  short: string;
}

const apps = { apiVersion: "apps/v1", group: "apps" };
const core = { apiVersion: "v1", group: "" };

const kinds: Record<string, Kind> = {
  Deployment: { ...apps, plural: "deployments", short: "deploy" },
  StatefulSet: { ...apps, plural: "statefulsets", short: "sts" },
  DaemonSet: { ...apps, plural: "daemonsets", short: "ds" },
  ReplicaSet: { ...apps, plural: "replicasets", short: "rs" },
  Pod: { ...core, plural: "pods", short: "po" },
  Service: { ...core, plural: "services", short: "svc" },
};

export const targetKinds = Object.keys(kinds);

export const API_VERSIONS: Record<string, string> = Object.fromEntries(
  Object.entries(kinds).map(([kind, { apiVersion }]) => [kind, apiVersion]),
);

/** Where a right to a kind is asked for, e.g. `deployments` of group `apps`. */
export function resourceOf(kind: string): { group: string; resource: string } {
  const { group = "", plural = "" } = kinds[kind] ?? {};
  return { group, resource: plural };
}

const names = new Map(
  Object.entries(kinds).flatMap(([kind, { apiVersion, group, plural, short }]) => {
    const singular = kind.toLowerCase(), version = apiVersion.split("/").at(-1);
    const full = [singular, plural];
    const grouped = group ? full.flatMap((name) => [`${name}.${group}`, `${name}.${version}.${group}`]) : [];
    return [...full, short, ...grouped].map((name) => [name, kind] as const);
  }),
);

/** The kind that kubectl understands by a name: `deploy`, `deployments`, `deployments.apps`, `deployment.v1.apps`, … */
export function kindOf(name: string): string | undefined {
  return names.get(name.toLowerCase());
}
