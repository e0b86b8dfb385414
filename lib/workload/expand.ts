/**
 * Replaces `$(NAME)` as the kubelet does in `env`, `command` and `args`; `$$` is a dollar sign, and what is unknown stays
 * (k8s.io/kubernetes, third_party/forked/golang/expansion). Pure.
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (found, what: string, name: string) => {
    return what === "$" ? "$" : valueOf(name) ?? found;
  });
}
