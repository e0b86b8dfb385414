/** What the program says of itself, of an installation, and of what failed. */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Number as NumberOf,
  Object as ObjectOf,
  Optional,
  Record as RecordOf,
  String as StringOf,
  Unknown,
} from "typebox";
import { list, oneOf } from "./parts.ts";

const finding = () =>
  ObjectOf({
    check: StringOf({ description: "Stable name of the check" }),
    title: StringOf(),
    verdict: oneOf(["ok", "attention", "broken", "idle", "skipped"]),
    message: StringOf(),
    remedy: Optional(StringOf()),
    measured: Optional(RecordOf(StringOf(), Unknown(), { description: "The units are in the names" })),
  });

export const diagnosis = () =>
  ObjectOf({
    healthy: BooleanOf({ description: "Nothing is broken" }),
    seconds: NumberOf(),
    findings: ArrayOf(finding()),
  });

export const installed = () =>
  ObjectOf({
    context: StringOf(),
    namespace: StringOf(),
    namespaces: Optional(list(StringOf(), "Where bridges are allowed; absent: everywhere")),
    changed: BooleanOf(),
  });

export const version = () =>
  ObjectOf({
    gefyra: StringOf(),
    revision: Optional(StringOf({ description: "Of git; absent for sources" })),
    deno: StringOf(),
    platform: StringOf({ description: "SYSTEM/ARCHITECTURE" }),
    latest: Optional(StringOf({ description: "With --check" })),
    newer: Optional(BooleanOf({ description: "With --check: the latest is newer" })),
  });

const setting = () =>
  ObjectOf({
    name: StringOf(),
    value: Optional(StringOf()),
    source: oneOf(["environment", "project", "user", "default"]),
    from: Optional(StringOf({ description: "The variable or the file" })),
  });

export const settings = () =>
  ObjectOf({
    files: ObjectOf({ user: Optional(StringOf()), project: Optional(StringOf()) }),
    settings: ArrayOf(setting()),
  });

export const failure = () =>
  ObjectOf({
    error: ObjectOf({
      id: StringOf({ description: "Stable; docs/troubleshooting.md explains each" }),
      message: StringOf(),
      hint: Optional(StringOf({ description: "What to do about it" })),
    }),
  });
