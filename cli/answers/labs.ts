/** Labs as answers have them. */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Object as ObjectOf,
  Optional,
  String as StringOf,
} from "typebox";

export const lab = () =>
  ObjectOf({
    context: StringOf(),
    server: StringOf({ description: "URL of the API server" }),
    kubeconfig: StringOf({ description: "Path" }),
    changed: BooleanOf({ description: "False if the lab was already up" }),
  });

const node = () =>
  ObjectOf({
    name: StringOf(),
    role: StringOf(),
    state: StringOf({ description: "Docker's: running, exited, …" }),
    ready: BooleanOf(),
    version: Optional(StringOf({ description: "Of the kubelet" })),
    address: Optional(StringOf()),
    podSubnet: Optional(StringOf()),
  });

export const labStatus = () =>
  ObjectOf({
    name: StringOf(),
    context: StringOf(),
    server: Optional(StringOf({ description: "URL of the API server" })),
    nodes: ArrayOf(node()),
  });
