/** The two custom resource definitions. */
import type { TSchema } from "typebox";
import type { Manifest } from "./objects.ts";
import { gvk } from "./gvk.ts";
import { clusterLabels, GROUP } from "../names.ts";
import { BRIDGE_KIND } from "./bridge.ts";
import { bridgeSpec, bridgeStatus } from "./bridge-schema.ts";
import { CLIENT_KIND } from "./client.ts";
import { clientSpec, clientStatus } from "./client-schema.ts";

type PrinterColumn = { name: string; type: string; jsonPath: string; priority?: number };

/** What the API server calls the definition of a kind. */
export const definitionName = (kind: string) => `${kind.toLowerCase()}s.${GROUP}`;

function definition(
  kind: string,
  shortNames: string[],
  spec: TSchema,
  status: TSchema,
  columns: PrinterColumn[],
): Manifest {
  const singular = kind.toLowerCase();
  const age = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
  return {
    ...gvk.CustomResourceDefinition,
    metadata: { name: definitionName(kind), labels: { ...clusterLabels } },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: {
        kind,
        listKind: `${kind}List`,
        plural: `${singular}s`,
        singular,
        shortNames,
        categories: ["gefyra"],
      },
      versions: [{
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [...columns, age],
        schema: { openAPIV3Schema: { type: "object", properties: { spec, status }, required: ["spec"] } },
      }],
    },
  };
}

export const clientDefinition = () =>
  definition(CLIENT_KIND, ["gclient"], clientSpec(), clientStatus(), [
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Subnet", type: "string", jsonPath: ".status.tunnel.subnet" },
    { name: "Last seen", type: "date", jsonPath: ".status.lastSeen" },
  ]);

export const bridgeDefinition = () =>
  definition(BRIDGE_KIND, ["gbridge"], bridgeSpec(), bridgeStatus(), [
    { name: "Kind", type: "string", jsonPath: ".spec.target.kind" },
    { name: "Target", type: "string", jsonPath: ".spec.target.name" },
    { name: "Container", type: "string", jsonPath: ".spec.target.container" },
    { name: "Local", type: "string", jsonPath: ".spec.destination.name" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    {
      name: "Reason",
      type: "string",
      jsonPath: ".status.conditions[?(@.type=='Ready')].reason",
      priority: 1,
    },
  ]);
