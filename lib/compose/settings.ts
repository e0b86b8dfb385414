/** What a Compose service says of the cluster: `x-gefyra`, or the options of a provider. Pure. */
import { type Match, parseMatch } from "../api/match.ts";
import { type ModeName, modes } from "../api/modes.ts";
import { isObjectName } from "../api/object-names.ts";
import type { BridgePort } from "../api/bridge.ts";
import { LIKE } from "../app/like/read.ts";
import { GefyraError, messageOf } from "../errors.ts";
import type { Description } from "../files/description.ts";
import { describeOptions } from "../files/options.ts";
import { parsePorts } from "../workload/ports.ts";
import { parseTarget, type Target } from "../workload/target.ts";
import { settingNames } from "./setting-names.ts";

export interface ServiceBridge {
  target: Target;
  /** Empty: those that the target's container declares. */
  ports: BridgePort[];
  match?: Match | undefined;
  mode?: ModeName | undefined;
}

export interface ServiceSettings {
  namespace: string;
  like?: Target | undefined;
  files?: Description | undefined;
  bridge?: ServiceBridge | undefined;
}

/** Adds every problem to `problems`; the result means something if there is none. */
export function parseSettings(raw: unknown, problems: string[]): ServiceSettings {
  const texts = textsOf(raw ?? {}, problems);
  const one = (name: string): string | undefined => {
    if ((texts[name]?.length ?? 0) > 1) problems.push(`${name} is given more than once`);
    return texts[name]?.[0];
  };
  const tried = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof GefyraError)) throw error;
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const target = (name: string, use = { action: "use", option: name }) => {
    const text = one(name);
    return text === undefined ? undefined : tried(() => parseTarget(text, use));
  };
  const namespace = one("namespace") ?? "default";
  if (!isObjectName(namespace)) problems.push(`namespace "${namespace}" is not a valid name`);
  const like = target("like", LIKE), from = target("sync-from") ?? like;
  const files = tried(() =>
    describeOptions({
      ...{ namespace, from, sync: texts.sync ?? [], syncBack: texts["sync-back"] ?? [] },
      serviceAccount: one("service-account"),
    })
  );
  const ports = tried(() => parsePorts(texts.port ?? [])) ?? [];
  const match = texts.match && tried(() => parseMatch(groupsOf(texts.match!)));
  const mode = one("mode") as ModeName | undefined;
  if (mode !== undefined && !modes.includes(mode)) problems.push(`mode must be ${modes.join(" or ")}`);
  const wanted = one("bridge") ?? "false";
  const to = wanted === "true" ? like : wanted === "false" ? undefined : target("bridge");
  if (wanted === "true" && texts.like === undefined) problems.push("bridge: true needs like; name a target");
  const loose = ["port", "match", "mode"].filter((name) => texts[name] && wanted === "false");
  if (loose.length) problems.push(`${loose.join(", ")} without bridge`);
  return { namespace, like, files, bridge: to && { target: to, ports, match, mode } };
}

/** Each setting as a list of texts, as Compose hands them to a provider. */
function textsOf(raw: unknown, problems: string[]): Record<string, string[]> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    problems.push(`it must have settings: ${settingNames.join(", ")}`);
    return {};
  }
  const texts: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(raw)) {
    const values = value === null ? [] : [value].flat();
    if (!(settingNames as readonly string[]).includes(name)) problems.push(`${name} is unknown`);
    else if (values.some((one) => !["string", "number", "boolean"].includes(typeof one))) {
      problems.push(`${name} must be a text, or a list of texts`);
    } else texts[name] = values.map(String);
  }
  return texts;
}

/** `or` begins another group of rules, as `--or` does. */
function groupsOf(rules: string[]): string[][] {
  return rules.reduce<string[][]>(
    (groups, rule) => rule === "or" ? [...groups, []] : [...groups.slice(0, -1), [...groups.at(-1)!, rule]],
    [[]],
  );
}
