/** `-o jsonpath=TEMPLATE`, as kubectl has it: text, and paths in braces. RFC 9535's library reads the paths. */
import { compile, type JSONPathQuery, type JSONValue } from "json-p3";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import { rfcPath } from "./path.ts";

type Node =
  | { kind: "text"; text: string }
  | { kind: "path"; query: JSONPathQuery }
  | { kind: "range"; query: JSONPathQuery; body: Node[] };

export type Template = Node[];

/** Throws if it is not one. */
export function parseTemplate(text: string): Template {
  const root: Node[] = [], open: Node[][] = [root];
  const add = (node: Node) => open.at(-1)!.push(node);
  const wrong = (reason: string, cause?: unknown) => invalid(text, reason, cause);
  const query = (path: string) => {
    try {
      return compile(rfcPath(path));
    } catch (error) {
      // It ends with the place in the path, which is another than that of the user.
      throw wrong(`"${path}": ${messageOf(error).replace(/ \('.*$/s, "")}`, error);
    }
  };
  const parts = partsOf(text);
  if (!parts.some(({ action }) => action)) throw wrong("it has no path in braces");
  for (const { action, text: part } of parts) {
    const range = part.match(/^range\s+(.*)$/s)?.[1];
    if (!action) add({ kind: "text", text: part });
    else if (!action.closed) throw wrong(`"{${part}" is not closed`);
    else if (range !== undefined) {
      const body: Node[] = [];
      add({ kind: "range", query: query(range), body });
      open.push(body);
    } else if (part === "end") {
      if (open.length === 1) throw wrong("{end} has no {range …}");
      open.pop();
    } else if (/^["']/.test(part)) {
      add({ kind: "text", text: unquoted(part) ?? raise(wrong(`${part} is no text`)) });
    } else if (/^[.[@$]/.test(part)) add({ kind: "path", query: query(part) });
    else throw wrong(part ? `"${part}" is no path: begin it with a dot` : "the braces are empty");
  }
  if (open.length > 1) throw wrong("{range …} has no {end}");
  return root;
}

/** A path gives its values with blanks between, text as it is, all else as JSON; one that finds nothing gives nothing. */
export function filled(template: Template, data: unknown): string {
  return template.map((node) => {
    if (node.kind === "text") return node.text;
    const values = node.query.query(data as JSONValue).values();
    if (node.kind === "range") return values.map((value) => filled(node.body, value)).join("");
    return values.map((value) => typeof value === "string" ? value : JSON.stringify(value)).join(" ");
  }).join("");
}

interface Part {
  /** In braces. */
  action?: { closed: boolean };
  text: string;
}

/** A brace within quotes closes nothing. */
function partsOf(text: string): Part[] {
  const parts = text.matchAll(/\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^}"'])*)(\}?)|[^{]+|\{/gs);
  return [...parts].map(([whole, action, end]) =>
    action === undefined && whole !== "{"
      ? { text: whole }
      : { action: { closed: end === "}" }, text: (action ?? "").trim() }
  );
}

/** As Go and JSON write text: `"\n"`. */
function unquoted(text: string): string | undefined {
  const inner = text.slice(1, -1);
  const double = text.startsWith("'") ? inner.replaceAll("\\'", "'").replaceAll('"', '\\"') : inner;
  try {
    return JSON.parse(`"${double}"`);
  } catch {
    return undefined;
  }
}

function raise(error: Error): never {
  throw error;
}

const invalid = (template: string, reason: string, cause: unknown) =>
  new GefyraError("output-invalid", `Cannot print with -o jsonpath='${template}': ${reason}`, {
    exit: "usage",
    hint: "write it as for kubectl, e.g. -o jsonpath='{.connection.name}'; docs/output.md has the fields",
    ...(cause ? { cause } : {}),
  });
