/** What `gefyra.yaml` may say about the connection, apps and bridges: the options of `up`, `run` and `bridge`. Pure. */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Object as ObjectOf,
  Optional,
  Record as RecordOf,
  String,
} from "typebox";
import { type TSchema, Unsafe } from "typebox";
import tree from "../completion/tree.json" with { type: "json" };
import type { TreeCommand, TreeOption } from "../completion/tree.ts";

/** Options that belong to one call of a command, or that the file says elsewhere. */
const everywhere = ["help", "verbose", "quiet", "output", "connection", "dry-run", "wait", "timeout"];

export interface Section {
  command: string;
  /** Without the options that a project may not decide: see `userOnly` of the settings. */
  leftOut: string[];
  /** Other names: `app` for the `--name` of `bridge`. */
  renamed: Record<string, string>;
  required: string[];
}

export const sections: Record<"connection" | "apps" | "bridges", Section> = {
  connection: {
    command: "up",
    leftOut: ["context", "kubeconfig", "registry", "tag"],
    renamed: {},
    required: [],
  },
  apps: {
    command: "run",
    leftOut: ["name", "detach", "rm", "interactive", "tty", "show-values", "bridge", "port", "match", "or"],
    renamed: {},
    required: [],
  },
  bridges: {
    command: "bridge",
    leftOut: ["bridge-name", "watch-url", "keep", "replace", "or"],
    renamed: { app: "name" },
    required: ["app", "port"],
  },
};

export interface Key {
  /** In the file. */
  key: string;
  /** With `--`. */
  flag: string;
  option: TreeOption;
}

export function keysOf({ command, leftOut, renamed }: Section): Key[] {
  const found = (tree as TreeCommand).commands.find(({ name }) => name === command)!;
  return found.options.flatMap((option) => {
    const flag = option.flags.at(-1)!, name = flag.slice(2);
    const key = Object.keys(renamed).find((one) => renamed[one] === name) ?? name;
    return [...everywhere, ...leftOut].includes(name) && key === name ? [] : [{ key, flag, option }];
  });
}

/** The schemas of the sections, for `configSchema`. */
export function sectionSchemas(): Record<string, TSchema> {
  const own = (section: Section) => {
    const keys = keysOf(section).map(({ key, option }) => {
      const schema = optionSchema(key, option);
      return [key, section.required.includes(key) ? schema : Optional(schema)];
    });
    return ObjectOf(Object.fromEntries(keys), { additionalProperties: false });
  };
  const named = (section: Section, description: string) => RecordOf(String(), own(section), { description });
  return {
    connection: {
      ...own(sections.connection),
      description: "Connect with these options of `gefyra up`",
    } as TSchema,
    apps: named(sections.apps, "App containers by name, with options of `gefyra run`"),
    bridges: named(sections.bridges, "Bridges by name, with options of `gefyra bridge`"),
  };
}

/** Numbers need no quotes: `cpus: 1.5`. */
const scalar = (more: object = {}) => Unsafe<string | number>({ type: ["string", "number"], ...more });
const anything = () => Unsafe<unknown>({ type: ["string", "number", "boolean", "null"] });

function optionSchema(key: string, { description, value, choices, repeatable }: TreeOption): TSchema {
  if (!value) return BooleanOf({ description });
  if (key === "command") return Unsafe({ type: ["string", "array"], items: scalar(), description });
  if (key === "match") {
    const rules = { type: ["string", "array"], items: { type: "string" } };
    return ArrayOf(Unsafe(rules), { description: `${description}; a list in the list is an alternative` });
  }
  // NAME: VALUE, too.
  if (key === "env" || key === "label") {
    const either = { type: ["array", "object"], items: scalar(), additionalProperties: anything() };
    return Unsafe({ ...either, description });
  }
  return repeatable
    ? ArrayOf(scalar(), { description })
    : scalar({ description, ...(choices ? { enum: choices } : {}) });
}
