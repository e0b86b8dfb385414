import { imageOf } from "../lib/images.ts";
import { namespacesIn } from "../lib/config/enabled-namespaces.ts";
import { NAMESPACE } from "../lib/names.ts";
import { command } from "./command.ts";

/** Runs inside the cluster; the only import of the operator by the command line. */
export const operator = () =>
  command("operator", "gefyra operator")
    .action(async () => {
      const { runOperator } = await import("../operator/main.ts");
      await runOperator({
        namespace: Deno.env.get("GEFYRA_NAMESPACE") ?? NAMESPACE,
        namespaces: namespacesIn((name) => Deno.env.get(name)),
        carrierImage: Deno.env.get("GEFYRA_CARRIER_IMAGE") ?? imageOf("carrier"),
      });
    });
