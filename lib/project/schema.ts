/** What the configuration files may contain: one source for the check, and for the JSON schema of editors. */
import { Object as ObjectOf, Optional, type TSchema, Unsafe } from "typebox";
import { type SettingName, settingNames, settingOf } from "./settings.ts";

/** `sections`: those that only a project has. */
export function configSchema(kind: "user" | "project", sections: Record<string, TSchema> = {}): TSchema {
  const names = settingNames.filter((name) => kind === "user" || !settingOf(name).userOnly);
  const defaults = Object.fromEntries(names.map((name) => [name, Optional(settingSchema(name))]));
  const description = "Defaults of options. The command line and the environment (GEFYRA_…) are stronger.";
  const closed = { additionalProperties: false };
  const own = kind === "project" ? sections : {};
  return ObjectOf({
    defaults: Optional(ObjectOf(defaults, { ...closed, description })),
    ...Object.fromEntries(Object.entries(own).map(([name, schema]) => [name, Optional(schema)])),
  }, closed);
}

function settingSchema(name: SettingName): TSchema {
  const { description, choices } = settingOf(name);
  return Unsafe<string>({
    type: "string",
    minLength: 1,
    description,
    ...(choices ? { enum: [...choices] } : {}),
  });
}
