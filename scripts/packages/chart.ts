/**
 * The Helm chart, made from the manifests of `gefyra install`. They are built with marks in the place of what a user may
 * choose, and the marks become Helm's expressions: the chart has no second description of any object.
 */
import { stringify } from "yaml";
import type { Manifest } from "../../lib/api/objects.ts";
import type { InstallOptions } from "../../lib/config/install-options.ts";
import { manifests } from "../../lib/config/manifests.ts";
import { DEFAULT_REGISTRY } from "../../lib/images.ts";
import { WIREGUARD_PORT } from "../../lib/names.ts";
import { valuesSchema } from "../../lib/install/values-schema.ts";
import { product } from "./product.ts";

/** No manifest contains them by itself. */
const mark = {
  namespace: "mark-namespace",
  only: "mark-only",
  registry: "mark-registry",
  tag: "mark-tag",
  secret: "mark-secret",
  annotation: "mark-annotation",
  port: 65_001,
} as const;
const markOf = (part: string, what: string) => `mark-${part}-${what}`;

const marked = (namespaces: string[] | undefined): InstallOptions => ({
  namespace: mark.namespace,
  images: { registry: mark.registry, tag: mark.tag },
  namespaces,
  imagePullSecrets: [mark.secret],
  service: { type: "NodePort", annotations: { [mark.annotation]: "" }, port: mark.port },
  ...Object.fromEntries(["operator", "stowaway"].map((part) => [part, {
    nodeSelector: { [markOf(part, "selector")]: "" },
    tolerations: [{ key: markOf(part, "toleration") }],
  }])),
});

/** Helm writes its release into the namespace, so that one is there before the chart is. */
const isNamespace = ({ kind }: Manifest) => kind === "Namespace";

/** By path in the chart's folder. */
export function chartFiles(version: string): Record<string, string> {
  return {
    "Chart.yaml": stringify({
      apiVersion: "v2",
      name: product.name,
      version,
      appVersion: version,
      description: product.summary,
      home: product.homepage,
      kubeVersion: ">=1.30.0-0",
    }),
    "values.yaml": stringify({ registry: DEFAULT_REGISTRY, tag: version, service: { type: "NodePort" } }),
    "values.schema.json": JSON.stringify(chartSchema(), null, 2) + "\n",
    "templates/gefyra.yaml": template(),
  };
}

/** That of `gefyra install --values` without resources: the operator's heap is computed from its memory. */
function chartSchema(): object {
  const schema = structuredClone(valuesSchema()) as unknown as { properties: Record<string, Schema> };
  const { relay: _, ...properties } = schema.properties;
  for (const part of ["operator", "stowaway"]) delete properties[part]?.properties?.resources;
  // Helm adds `global` to the values of every chart.
  return { ...schema, properties: { ...properties, global: { type: "object" } } };
}

interface Schema {
  properties?: Record<string, object>;
}

function template(): string {
  const everywhere = textsOf(marked(undefined));
  const limited = textsOf(marked([mark.only]));
  const texts: string[] = [];
  for (const [id, text] of everywhere) {
    const other = limited.get(id);
    if (other === text) texts.push(text);
    else if (other === undefined) texts.push(`{{- if not .Values.namespaces }}\n${text}{{- end }}\n`);
    else {
      texts.push(`{{- if .Values.namespaces }}\n${other}{{- else }}\n${text}{{- end }}\n`);
    }
  }
  for (const [id, text] of limited) if (!everywhere.has(id)) texts.push(text);
  return texts.join("");
}

/** Templates by kind, namespace and name. */
function textsOf(options: InstallOptions): Map<string, string> {
  return new Map(
    manifests(options).filter((object) => !isNamespace(object)).map((object) => {
      const { kind, metadata } = object;
      return [`${kind} ${metadata?.namespace} ${metadata?.name}`, templateOf(object)];
    }),
  );
}

function templateOf(object: Manifest): string {
  // Removing the definitions would remove every bridge and client of all installations, so that they stay.
  const kept = object.kind === "CustomResourceDefinition"
    ? { ...object, metadata: { ...object.metadata, annotations: KEEP } }
    : object;
  const text = `---\n${stringify(kept, { lineWidth: 0 })}`.replaceAll("{{", '{{ "{{" }}');
  const perNamespace = object.metadata?.namespace === mark.only;
  const done = expressions(perNamespace).reduce(
    (text, [pattern, expression]) => text.replace(pattern, expression),
    text,
  );
  return perNamespace ? `{{- range .Values.namespaces }}\n${done}{{- end }}\n` : done;
}

export const KEEP = { "helm.sh/resource-policy": "keep" };

type Expression = [RegExp, (...groups: string[]) => string];

function expressions(perNamespace: boolean): Expression[] {
  const own = `${perNamespace ? "$" : ""}.Release.Namespace`;
  const part = (what: string) => `mark-(operator|stowaway)-${what}`;
  return [
    // A list or a map of the user's, which is left out with its key where there is none.
    [
      line(`imagePullSecrets:\\n *- name: ${mark.secret}`),
      (_, indent) =>
        block(indent, "imagePullSecrets", ".Values.imagePullSecrets", [
          "{{- range . }}",
          `${indent}  - name: {{ . | quote }}`,
          "{{- end }}",
        ]),
    ],
    [
      line(`annotations:\\n *${mark.annotation}: ""`),
      (_, indent) => block(indent, "annotations", ".Values.service.annotations", [yaml(indent)]),
    ],
    [
      line(`nodeSelector:\\n *${part("selector")}: ""`),
      (_, indent, name) =>
        block(indent, "nodeSelector", `(.Values.${name} | default dict).nodeSelector`, [yaml(indent)]),
    ],
    [
      line(`tolerations:\\n *- key: ${part("toleration")}`),
      (_, indent, name) =>
        block(indent, "tolerations", `(.Values.${name} | default dict).tolerations`, [yaml(indent)]),
    ],
    [line(`- key: ${part("toleration")}`), (_, indent, name) =>
      [
        `{{- with (.Values.${name} | default dict).tolerations }}`,
        `{{- toYaml . | nindent ${indent.length} }}`,
        "{{- end }}",
        "",
      ].join("\n")],
    // Namespaces: in a list, in a text, or of an object for each.
    [
      line(`- ${mark.only}`),
      (_, indent) => `{{- range .Values.namespaces }}\n${indent}- {{ . | quote }}\n{{- end }}\n`,
    ],
    [new RegExp(`value: ${mark.only}$`, "gm"), () => 'value: {{ join "," .Values.namespaces | quote }}'],
    // A name that is a whole value may look like a number.
    [new RegExp(`: ${mark.only}$`, "gm"), () => ": {{ . | quote }}"],
    [new RegExp(`([:-] )${mark.namespace}$`, "gm"), (_, before) => `${before}{{ ${own} | quote }}`],
    [new RegExp(mark.namespace, "g"), () => `{{ ${own} }}`],
    [/type: NodePort$/gm, () => "type: {{ .Values.service.type }}"],
    [
      new RegExp(`port: ${mark.port}`, "g"),
      () => `port: {{ .Values.service.port | default ${WIREGUARD_PORT} }}`,
    ],
    [new RegExp(mark.registry, "g"), () => "{{ .Values.registry }}"],
    [new RegExp(mark.tag, "g"), () => "{{ .Values.tag }}"],
  ];
}

/** Whole lines; the first group is what they are indented by. */
const line = (pattern: string) => new RegExp(`^( *)${pattern}\\n`, "gm");
const yaml = (indent: string) => `{{- toYaml . | nindent ${indent.length + 2} }}`;
const block = (indent: string, key: string, value: string, lines: string[]) =>
  [`{{- with ${value} }}`, `${indent}${key}:`, ...lines, "{{- end }}", ""].join("\n");
