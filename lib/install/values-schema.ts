/** What `gefyra install --values` may contain. Built when it is asked for: only an installation needs it. */
import { type Static, Unsafe } from "typebox";
import { Array as ArrayOf, Integer, Object as ObjectOf, Optional, Record as RecordOf, String } from "typebox";

const closed = { additionalProperties: false };
const named = () => String({ pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", maxLength: 253 });
const oneOf = <const T extends string[]>(...values: T) => Unsafe<T[number]>({ enum: values });
const strings = () => RecordOf(String(), String());
/** `cpu: 1` is a number in YAML. */
const quantity = () =>
  Unsafe<string>({
    type: ["string", "number"],
    pattern: "^[0-9]+(\\.[0-9]+)?([eE][0-9]+|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$",
    minimum: 0,
  });
const quantities = () =>
  ObjectOf({
    cpu: Optional(quantity()),
    memory: Optional(quantity()),
    "ephemeral-storage": Optional(quantity()),
  }, closed);
const resources = () =>
  Optional(ObjectOf({ requests: Optional(quantities()), limits: Optional(quantities()) }, closed));
const toleration = () =>
  ObjectOf({
    key: Optional(String()),
    operator: Optional(oneOf("Exists", "Equal")),
    value: Optional(String()),
    effect: Optional(oneOf("NoSchedule", "PreferNoSchedule", "NoExecute")),
    tolerationSeconds: Optional(Integer({ minimum: 0 })),
  }, closed);
const pod = () =>
  Optional(ObjectOf({
    resources: resources(),
    nodeSelector: Optional(strings()),
    tolerations: Optional(ArrayOf(toleration())),
  }, closed));

export const valuesSchema = () =>
  ObjectOf({
    registry: Optional(String({ minLength: 1 })),
    tag: Optional(String({ minLength: 1 })),
    imagePullSecrets: Optional(ArrayOf(named())),
    namespaces: Optional(ArrayOf(named(), { minItems: 1 })),
    service: Optional(ObjectOf({
      type: Optional(oneOf("NodePort", "LoadBalancer")),
      annotations: Optional(strings()),
      port: Optional(Integer({ minimum: 1, maximum: 65535 })),
    }, closed)),
    operator: pod(),
    stowaway: pod(),
    relay: Optional(ObjectOf({ resources: resources() }, closed)),
  }, closed);

export type InstallValues = Static<ReturnType<typeof valuesSchema>>;
