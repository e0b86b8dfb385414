/** The rights that a user needs to read a pod's files: those of `kubectl debug` and `kubectl exec`. Pure. */
import type { Access } from "../api/access.ts";
import { resourceOf } from "../api/kinds.ts";

export function fileRights(namespace: string, kind: string): Access[] {
  const pods = { group: "", resource: "pods", namespace };
  return [
    { verb: "get", ...resourceOf(kind), namespace },
    { verb: "list", ...pods },
    { verb: "get", ...pods },
    { verb: "patch", ...pods, subresource: "ephemeralcontainers" },
    // `get` is asked for a WebSocket, `create` too from Kubernetes 1.35 on.
    { verb: "get", ...pods, subresource: "exec" },
    { verb: "create", ...pods, subresource: "exec" },
  ];
}
