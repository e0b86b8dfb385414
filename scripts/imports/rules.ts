/** Which room may import which. Pure. */
import type { Import } from "./graph.ts";
import { literalProblemsOf } from "./literals.ts";

const pure = ["lib", "lib/api", "lib/workload", "lib/config", "lib/plan"];
/** Work in the cluster, done by the operator, or by a client if no operator runs. */
const shared = [...pure, "lib/kube", "lib/pods", "lib/uninstall"];
/** Use cases of the user's machine. */
const useCases = [
  "app",
  "bridge",
  "bundle",
  "compose",
  "connection",
  "doctor",
  "files",
  "install",
  "lab",
  "project",
  "release",
]
  .map((one) => `lib/${one}`);
const all = [...shared, "lib/docker", ...useCases];
const program = ["", "cli", "operator", ...all];

/** The rooms that each room may import besides itself. `lib` means the files directly in it. */
export const rooms: Record<string, readonly string[]> = {
  "": ["cli"],
  cli: all,
  "lib": [],
  "lib/api": ["lib"],
  "lib/workload": ["lib", "lib/api"],
  "lib/config": ["lib", "lib/api", "lib/workload"],
  "lib/plan": pure,
  "lib/kube": ["lib", "lib/api"],
  "lib/docker": ["lib"],
  "lib/pods": [...pure, "lib/kube"],
  "lib/uninstall": [...pure, "lib/kube"],
  ...Object.fromEntries(useCases.map((room) => [room, all])),
  "operator/runtime": shared,
  "operator/stowaway": [...shared, "operator/runtime"],
  "operator/client": [...shared, "operator/runtime", "operator/stowaway"],
  "operator/bridge": [...shared, "operator/runtime", "operator/stowaway", "operator/client"],
  operator: [...shared, "operator/runtime", "operator/stowaway", "operator/client", "operator/bridge"],
  scripts: [...program, "tests"],
  tests: [...program, "scripts"],
};

/** Only the command `operator` loads the operator. */
const exceptions = [{ from: "cli/operator.ts", to: "operator/main.ts", kind: "dynamic" }];

/** Only one file may load a package; others may import its types. */
const owners: Record<string, string> = {
  "@kubernetes/client-node": "lib/kube/client.ts",
  dockerode: "lib/docker/dockerode.ts",
};

/** The room of a file: the longest matching folder; data and images have none. */
export function roomOf(path: string): string | undefined {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  if (folder === "") return path.endsWith(".ts") ? "" : undefined;
  return Object.keys(rooms).filter((room) => room && `${folder}/`.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Every import that breaks a rule, one line each. */
export function problemsOf(imports: Import[]): string[] {
  return imports.flatMap(({ from, to, kind }) => {
    const fromRoom = roomOf(from), toRoom = roomOf(to);
    const owner = owners[to];
    const isProgram = /^(cli|lib|operator)\//.test(from);
    if (isProgram && owner && kind !== "type" && from !== owner) {
      return [`${from}: only ${owner} may import ${to} at run time`];
    }
    if (fromRoom === undefined || toRoom === undefined || fromRoom === toRoom) return [];
    if (
      exceptions.some((exception) =>
        exception.from === from && exception.to === to && exception.kind === kind
      )
    ) return [];
    // A test may combine other rooms of lib with its own.
    if (from.endsWith(".test.ts") && all.includes(toRoom)) return [];
    return rooms[fromRoom]!.includes(toRoom)
      ? []
      : [`${from}: ${fromRoom || "main.ts"} must not import ${toRoom} (${to})`];
  });
}

/** State of a module is never pruned and is shared by all tests: it belongs to what a function creates, as a reconciler. */
const MODULE_STATE = /^(export )?((let|var) |const \w+(: [^=]+)? = new (Weak)?(Map|Set)(<.*>)?\(\))/m;

/** Every line of text that breaks a rule. */
export function textProblemsOf(path: string, text: string): string[] {
  const problems: string[] = [];
  if (/(^|\/)utils?[^/]*\.ts$/.test(path)) problems.push(`${path}: name it after what it does`);
  if (/^export \* /m.test(text)) problems.push(`${path}: nothing may be re-exported whole`);
  const room = roomOf(path) ?? "";
  if (/^(cli|lib|operator)\//.test(path) && !path.endsWith(".test.ts")) {
    problems.push(...literalProblemsOf(path, text));
    if (MODULE_STATE.test(text)) {
      problems.push(`${path}: a module has no state; let a function create and return it`);
    }
  }
  const isPure = pure.includes(room) && room !== "lib" && !path.endsWith(".test.ts");
  if (isPure && /\b(Deno\.|fetch\(|process\.)/.test(text)) {
    problems.push(`${path}: ${room} is pure and must not ask the system`);
  }
  return problems;
}
