/** The defaults that a user or a project can set: one list for the files, the environment and the documents. Pure. */
import { transports } from "../connection/endpoints.ts";

export interface Setting {
  description: string;
  /** The commands and options that it is the default of. */
  option: string;
  /** Absent: every command with the option. */
  commands?: readonly string[];
  choices?: readonly string[];
  /** A project that somebody else wrote may not decide which programs run, here or in the cluster. */
  userOnly?: true;
}

const toConnect = ["up", "install", "uninstall"];

export const settings = {
  connection: {
    description: "connection to use, and its name for `gefyra up`",
    option: "connection",
  },
  context: {
    description: "context of the kubeconfig for `up`, `install` and `uninstall`",
    option: "context",
    commands: toConnect,
  },
  kubeconfig: {
    description: "kubeconfig for `up`, `install` and `uninstall`",
    option: "kubeconfig",
    commands: toConnect,
    userOnly: true,
  },
  namespace: {
    description: "namespace of targets and apps for `run`, `env` and `bridge`",
    option: "namespace",
    commands: ["run", "env", "bridge"],
  },
  transport: {
    description: "only transport that `gefyra up` tries",
    option: "transport",
    commands: ["up"],
    choices: transports,
  },
  egress: {
    description: "route for destinations outside the cluster",
    option: "egress",
    commands: ["up"],
    choices: ["cluster", "local"],
  },
  registry: {
    description: "registry of Gefyra's images",
    option: "registry",
    commands: ["up", "install"],
    userOnly: true,
  },
  tag: { description: "tag of Gefyra's images", option: "tag", commands: ["up", "install"], userOnly: true },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

export const settingOf = (name: SettingName): Setting => settings[name];

/** `GEFYRA_CONNECTION`, … */
export const variableOf = (name: SettingName): string => `GEFYRA_${name.toUpperCase()}`;

/** From which a value comes, the strongest first; an option on the command line is stronger than all. */
export type Source = "environment" | "project" | "user" | "default";

export interface Resolved {
  name: SettingName;
  value: string | undefined;
  source: Source;
  /** The variable or the file. */
  from?: string;
}

export type Defaults = Partial<Record<SettingName, string>>;

export interface Origin {
  file: string;
  defaults: Defaults;
}

/** The value of each setting. An empty variable counts as unset. */
export function resolveSettings(
  env: (name: string) => string | undefined,
  { project, user }: { project?: Origin | undefined; user?: Origin | undefined },
): Resolved[] {
  return settingNames.map((name) => {
    const variable = env(variableOf(name));
    if (variable) return { name, value: variable, source: "environment", from: variableOf(name) };
    for (const [source, origin] of [["project", project], ["user", user]] as const) {
      const value = origin?.defaults[name];
      if (value !== undefined) return { name, value, source, from: origin!.file };
    }
    return { name, value: undefined, source: "default" };
  });
}
