/** An endpoint as Docker shows it: one container in one network. */
export interface Endpoint {
  /** Empty while the container does not run. */
  Gateway?: string;
  /** From Docker 28 on. */
  GwPriority?: number;
}

/**
 * The networks of a container in the order in which Docker prefers their gateway as the default one: by priority, then
 * by name, byte by byte (libnetwork's epHeap). An internal network is never the default, although it is listed with a
 * gateway. Pure.
 */
export function gatewayOrder(endpoints: Record<string, Endpoint>): string[] {
  const priority = (name: string) => endpoints[name]?.GwPriority ?? 0;
  const names = Object.keys(endpoints).filter((name) => endpoints[name]?.Gateway).sort();
  return names.sort((a, b) => priority(b) - priority(a));
}
