/** Apps, their bridges and files, and what a project made of them. */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Object as ObjectOf,
  Optional,
  String as StringOf,
} from "typebox";
import { observedBridge } from "./bridges.ts";
import { list, oneOf } from "./parts.ts";

const app = () =>
  ObjectOf({
    name: StringOf(),
    image: StringOf(),
    namespace: StringOf(),
    state: StringOf({ description: "Docker's, or `removed`" }),
    status: StringOf({ description: "Docker's, for people" }),
    address: Optional(StringOf({ description: "Absent while it does not run" })),
    strayGateway: Optional(
      StringOf({ description: "Docker network of its gateway, if not the connection's" }),
    ),
    attached: Optional(
      ObjectOf({ lost: Optional(StringOf({ description: "Why it does not reach the cluster" })) }),
    ),
  });

export const listed = () =>
  ObjectOf({
    containers: Optional(list(app(), "Absent with --bridges")),
    bridges: Optional(list(observedBridge(), "Absent with --containers")),
  });

export const syncedPath = () =>
  ObjectOf({
    app: StringOf(),
    remote: StringOf({ description: "In the cluster's container" }),
    local: StringOf({ description: "In the app container" }),
    direction: oneOf(["from pod", "to pod", "account"]),
    source: StringOf({ description: "A pod, or a service account" }),
    state: StringOf({ description: "`synced`, `copying`, or what is wrong" }),
  });

const change = () => oneOf(["create", "replace", "start", "none"]);

export const applied = () =>
  ObjectOf({
    connection: StringOf(),
    apps: ArrayOf(ObjectOf({ name: StringOf(), change: change() })),
    bridges: ArrayOf(ObjectOf({ name: StringOf(), namespace: StringOf(), change: change() })),
  });

export const deleted = () =>
  ObjectOf({
    apps: ArrayOf(StringOf()),
    bridges: ArrayOf(StringOf()),
    disconnected: BooleanOf(),
  });
