import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { checkObjectName, isObjectName } from "../lib/api/object-names.ts";
import type { InstallOptions, ServiceOptions } from "../lib/config/install-options.ts";
import { manifests } from "../lib/config/manifests.ts";
import { GefyraError } from "../lib/errors.ts";
import { installPermanently } from "../lib/install/permanent.ts";
import { administratorRole, developerRoles } from "../lib/install/print-rbac.ts";
import { parseValues } from "../lib/install/values.ts";
import type { InstallValues } from "../lib/install/values-schema.ts";
import { NAMESPACE } from "../lib/names.ts";
import { readUserFile } from "../lib/user-file.ts";
import { answer } from "./output.ts";
import { clusterOf, command, contextOption, kubeconfigOption, outputOption, stepsOf } from "./command.ts";
import {
  dryRunOption,
  printObjects,
  registryOption,
  serviceAnnotationOption,
  type ServiceFlags,
  serviceOptions,
  servicePortOption,
  serviceTypeOption,
  tagOption,
} from "./install-options.ts";

const example = `gefyra install
gefyra install --namespaces shop,shop-dev --values values.yaml
gefyra install --dry-run -o yaml | kubectl apply -f -
gefyra install --print-rbac developer | kubectl apply -f -`;

export const install = () =>
  command("install", example)
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .option("--namespace <name>", "namespace for Gefyra in the cluster", NAMESPACE)
    .option(
      "--namespaces <names>",
      "the only namespaces where bridges are allowed, with commas between (default: all)",
      namesOf,
    )
    .option("--values <file>", "YAML file with resources, tolerations, node selectors and the options below")
    .addOption(serviceTypeOption("NodePort"))
    .addOption(serviceAnnotationOption())
    .addOption(servicePortOption())
    .addOption(registryOption())
    .addOption(tagOption())
    .addOption(dryRunOption())
    .addOption(
      new Option("--print-rbac <role>", "print the roles that somebody needs, without changing anything")
        .choices(["developer", "administrator"]),
    )
    .addOption(outputOption(["name"]))
    .action(async (options, self) => {
      const { namespace } = options;
      checkObjectName("namespace", namespace);
      if (options.printRbac === "developer") return console.log(developerRoles(namespace));
      if (options.printRbac === "administrator") return console.log(administratorRole(namespace));
      const values = options.values === undefined ? {} : readValues(options.values);
      const typed = (name: "registry" | "tag") => self.getOptionValueSource(name) === "cli";
      const wanted: InstallOptions = {
        namespace,
        images: {
          registry: typed("registry") ? options.registry : values.registry ?? options.registry,
          tag: typed("tag") ? options.tag : values.tag ?? options.tag,
        },
        service: serviceOf(options, values.service),
        namespaces: options.namespaces ?? values.namespaces,
        imagePullSecrets: values.imagePullSecrets,
        operator: values.operator,
        stowaway: values.stowaway,
        relay: values.relay,
      };
      if (options.dryRun) return await printObjects("install", manifests(wanted), options);
      const cluster = await clusterOf(options);
      const changed = await installPermanently({ cluster, steps: stepsOf(options) }, wanted);
      const { context } = cluster, { namespaces } = wanted;
      const where = `in namespace "${namespace}" of ${context}`;
      const allowed = namespaces ? ` Bridges are allowed in ${namespaces.join(", ")}.` : "";
      await answer("install", { context, namespace, namespaces, changed }, options, {
        text: () =>
          changed
            ? `Gefyra is installed ${where}.${allowed}`
            : `Gefyra was installed ${where} already. Nothing was changed.`,
        names: () => [`namespace/${namespace}`],
        short: () => "",
      });
    });

/** Flags come before the file. */
function serviceOf(flags: ServiceFlags, values: InstallValues["service"] = {}): ServiceOptions | undefined {
  return serviceOptions({
    serviceType: flags.serviceType ?? values.type,
    serviceAnnotation: flags.serviceAnnotation ?? values.annotations,
    servicePort: flags.servicePort ?? values.port,
  });
}

function namesOf(text: string): string[] {
  const names = text.split(",");
  if (names.every(isObjectName)) return [...new Set(names)];
  throw new InvalidArgumentError("It must be names of namespaces with commas between.");
}

function readValues(file: string): InstallValues {
  let text: string;
  try {
    text = new TextDecoder().decode(readUserFile(file));
  } catch (cause) {
    throw new GefyraError("values-unreadable", `Cannot read ${file}: ${reasonOf(cause)}`, {
      exit: "notFound",
      hint: "name a YAML file with --values",
      cause,
    });
  }
  return parseValues(text, file);
}

const reasonOf = (cause: unknown) =>
  cause instanceof Deno.errors.NotFound ? "there is no such file" : String(cause);
