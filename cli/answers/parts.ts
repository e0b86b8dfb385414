/** What several answers share. */
import {
  Array as ArrayOf,
  Boolean as BooleanOf,
  Number as NumberOf,
  Object as ObjectOf,
  Optional,
  String as StringOf,
  type TSchema,
  Unsafe,
} from "typebox";

/** Of an object of Kubernetes: its own documents say what is in it. */
export const open = <T extends object>(description: string) => Unsafe<T>({ type: "object", description });

export const oneOf = <const T extends readonly string[]>(values: T, description?: string) =>
  Unsafe<T[number]>({ type: "string", enum: [...values], ...(description ? { description } : {}) });

export const list = <T extends TSchema>(items: T, description?: string) =>
  ArrayOf(items, description ? { description } : {});

export const problem = () =>
  ObjectOf({
    message: StringOf(),
    remedy: StringOf({ description: "What to do: a sentence or a command" }),
  });

const connectionFields = () => ({
  name: StringOf(),
  network: StringOf({ description: "Of Docker" }),
  subnet: StringOf({ description: "Of the network, a /24" }),
  client: StringOf({ description: "Name of the GefyraClient" }),
  context: StringOf({ description: "Of the kubeconfig" }),
  kubeconfig: StringOf({ description: "Path, or several as in KUBECONFIG; empty: the default" }),
  namespace: StringOf({ description: "Of Gefyra in the cluster" }),
});

export const connection = () => ObjectOf(connectionFields());

export const cargo = () =>
  ObjectOf({
    running: BooleanOf(),
    reason: Optional(StringOf({ description: "Why its state is unknown" })),
    endpoint: Optional(StringOf({ description: "HOST:PORT" })),
    transport: Optional(StringOf({ description: "For people" })),
    handshakeAgeSeconds: Optional(NumberOf()),
    mtu: Optional(NumberOf({ description: "Bytes" })),
    device: Optional(StringOf({ description: "Of WireGuard" })),
  });

export const localState = () =>
  ObjectOf({
    ...connectionFields(),
    connected: BooleanOf({ description: "The last handshake is recent" }),
    cargo: cargo(),
  });
