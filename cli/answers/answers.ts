/**
 * What each command answers with `-o json`: one schema for the types of what is printed, for docs/schemas and for the
 * tests, which hold every answer against it. Loaded by none of the commands: they need the types only.
 */
import {
  Array as ArrayOf,
  Literal,
  Object as ObjectOf,
  Record as RecordOf,
  type Static,
  String as StringOf,
  type TSchema,
  Union,
} from "typebox";
import type { Manifest } from "../../lib/api/objects.ts";
import { applied, deleted, listed, syncedPath } from "./apps.ts";
import { dryRun, observedBridge } from "./bridges.ts";
import { status, statuses, up } from "./connections.ts";
import { lab, labStatus } from "./labs.ts";
import { localState, open } from "./parts.ts";
import { diagnosis, failure, installed, settings, version } from "./program.ts";

/** With `--dry-run`, as `kubectl apply` reads it. */
const objects = () =>
  ObjectOf({
    apiVersion: Literal("v1"),
    kind: Literal("List"),
    items: ArrayOf(open<Manifest>("An object of Kubernetes")),
  });

/** By the words of the command, with dashes between; `error`: of every command, on stderr. */
export const answers = {
  "up": () => Union([up(), objects()]),
  "bridge": () => Union([observedBridge(), dryRun()]),
  "list": () => Union([ObjectOf({ connections: ArrayOf(localState()) }), listed()]),
  "status": () => Union([statuses(), status()]),
  "doctor": diagnosis,
  "sync": () => ObjectOf({ files: ArrayOf(syncedPath()) }),
  "env": () => RecordOf(StringOf(), StringOf()),
  "apply": applied,
  "delete": deleted,
  "install": () => Union([installed(), objects()]),
  "lab-up": lab,
  "lab-status": labStatus,
  "config-view": settings,
  "version": version,
  "error": failure,
} satisfies Record<string, () => TSchema>;

export type AnswerName = keyof typeof answers;

/** JSON leaves out what is `undefined`. */
type Printed<T> = T extends (infer U)[] ? Printed<U>[]
  : T extends object ? { [K in keyof T]: Printed<T[K]> | (object extends Pick<T, K> ? undefined : never) }
  : T;

/** What a command has to print. */
export type Answer<N extends AnswerName> = Printed<Static<ReturnType<typeof answers[N]>>>;
