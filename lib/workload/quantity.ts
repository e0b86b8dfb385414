/** Parses Kubernetes quantities. Pure. */

const units: Record<string, number> = {
  "": 1,
  ...{ m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** e.g. `128Mi`, `1.5G`, `1e9`; `undefined` if there is none, or it is invalid. */
export function bytesOf(quantity: string | undefined): number | undefined {
  const [, number, unit = ""] =
    /^([0-9.]+(?:[eE][-+]?[0-9]+)?)([mkMGTPE]|[KMGTPE]i)?$/.exec(quantity ?? "") ?? [];
  const factor = units[unit];
  const bytes = Number(number) * (factor ?? NaN);
  return Number.isFinite(bytes) ? bytes : undefined;
}
