/**
 * A path as kubectl writes it, as RFC 9535 has it: `.metadata.labels.app\.kubernetes\.io/name` is
 * `$['metadata']['labels']['app.kubernetes.io/name']`. The leading `$` or `@` may be left out, and names may have dashes.
 * https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */

/** Quoted text, numbers with a fraction, `..` with a bracket, wildcards, and names with their escapes. */
const token =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w\]'"])\d+\.\d+|(\.{1,2})(\*|(?:\\.|[^\s.,[\]$@{}()=!<>&|?*:\\])+)|\.\.(?=\[)/g;

/** Pure. What is not a path stays as it is: who reads it says what is wrong with it. */
export function rfcPath(text: string): string {
  const path = text.replace(/^[@$]?/, "$").replaceAll(token, (whole, dots?: string, name?: string) => {
    if (name === undefined) return whole;
    if (name === "*") return whole;
    return `${dots === ".." ? ".." : ""}['${quotable(name.replaceAll(/\\(.)/g, "$1"))}']`;
  });
  return path;
}

const quotable = (name: string) => name.replaceAll(/[\\']/g, "\\$&");
