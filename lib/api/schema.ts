/**
 * What the schemas of the custom resources are written with: TypeBox, and the limits that Kubernetes asks for. A schema
 * is built when it is asked for: all of them cost each start of the program 3 ms, and only an installation needs them.
 */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Integer,
  Object as ObjectOf,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  Unsafe,
} from "typebox";

/** Keywords of JSON schema, and the extensions of Kubernetes. */
export type Keywords = Record<string, unknown>;

export const text = <T extends string = string>(more: Keywords = {}) =>
  Unsafe<T>({ type: "string", maxLength: 253, ...more });

export const oneOf = <const T extends readonly string[]>(values: T, more: Keywords = {}) =>
  text<T[number]>({ enum: [...values], ...more });

export const name = (maxLength: number, more: Keywords = {}) =>
  text({ maxLength, pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", ...more });

export const flag = (more: Keywords = {}) => BooleanOf(more);

export const integer = (more: Keywords = {}) => Integer(more);

export const generation = () => Integer({ format: "int64" });

/** RFC 3339. */
export const time = (more: Keywords = {}) => Unsafe<string>({ type: "string", format: "date-time", ...more });

export const port = (more: Keywords = {}) => Integer({ minimum: 1, maximum: 65535, ...more });

/** By number, or by the name that a container or a Service gave it. */
export const remotePort = (more: Keywords = {}) =>
  Unsafe<number | string>({
    "x-kubernetes-int-or-string": true,
    minimum: 1,
    maximum: 65535,
    maxLength: 63,
    pattern: "^[a-z0-9-]*[a-z][a-z0-9-]*$",
    ...more,
  });

export const protocol = () => oneOf(["TCP", "UDP"], { default: "TCP", maxLength: 3 });

export const list = <T extends TSchema>(items: T, more: Keywords = {}) => ArrayOf(items, more);

/** What has a default is always there for those who read, and need not be written. */
export function object<P extends TProperties>(properties: P, more: Keywords = {}) {
  const { required = [], ...schema } = ObjectOf(properties) as TSchema & { required?: string[] };
  const demanded = required.filter((key) => !Object.hasOwn(properties[key]!, "default"));
  return Unsafe<Static<TObject<P>>>({
    ...schema,
    ...(demanded.length ? { required: demanded } : {}),
    ...more,
  });
}

/** Of a status: an operator of another version may have written less, and its record must stay readable. */
export function reported<P extends TProperties>(properties: P, more: Keywords = {}) {
  const { required: _, ...schema } = object(properties, more) as TSchema & { required?: string[] };
  return Unsafe<Static<TObject<P>>>(schema);
}

/**
 * One of several objects. A CRD's schema knows no unions of objects, so it gets all of their properties, and requires
 * those that each of them requires; which belong together is for rules in CEL to say.
 */
export function either<T extends TSchema[]>(variants: [...T], more: Keywords = {}) {
  const all =
    variants as unknown as (TSchema & { properties: Record<string, Keywords>; required?: string[] })[];
  const properties: Record<string, Keywords> = {};
  for (const [key, schema] of all.flatMap((variant) => Object.entries(variant.properties))) {
    properties[key] = merged(key, properties[key] ?? schema, schema);
  }
  const required = Object.keys(properties).filter((key) =>
    all.every((variant) => variant.required?.includes(key))
  );
  return Unsafe<Static<T[number]>>({ type: "object", properties, required, ...more });
}

function merged(key: string, one: Keywords, other: Keywords): Keywords {
  const { enum: values, ...rest } = one, { enum: others, ...otherRest } = other;
  if (JSON.stringify(rest) !== JSON.stringify(otherRest)) {
    throw new Error(`Cannot join the objects: they differ in "${key}"`);
  }
  if (!Array.isArray(values) || !Array.isArray(others)) return one;
  return { ...one, enum: [...new Set([...values, ...others])] };
}
