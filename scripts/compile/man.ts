/** The manual pages, from the commands themselves: gefyra(1), gefyra-run(1), gefyra-lab-up(1) and so on. */
import type { Command, Option } from "@commander-js/extra-typings";
import { commandsOf, helpOf, pathOf } from "../docs.ts";

/** One page. The texts are plain: `roff` marks them up. */
export interface Page {
  /** e.g. `gefyra run`. */
  command: string;
  description: string;
  /** What follows the name. */
  usage: string;
  groups: { heading: string; items: [term: string, text: string][] }[];
  example: string;
  /** e.g. `gefyra run`. */
  seeAlso: string[];
}

/** By file name. */
export async function manPages(version: string): Promise<Record<string, string>> {
  const commands = await commandsOf();
  const names = commands.map(pathOf);
  const root: Page = {
    command: "gefyra",
    description: "make a container on this machine part of a Kubernetes cluster",
    usage: "COMMAND [options]",
    groups: [{
      heading: "Commands",
      items: commands.filter(({ parent }) => pathOf(parent as Command) === "gefyra")
        .map((command) => [command.name(), command.description()]),
    }],
    example: "gefyra up\ngefyra run -i my-image -N my-app -n shop\ngefyra down",
    seeAlso: names,
  };
  const pages = [root, ...commands.map(pageOf)];
  return Object.fromEntries(pages.map((page) => [`${fileOf(page.command)}.1`, roff(page, version)]));
}

const fileOf = (command: string) => command.replaceAll(" ", "-");

function pageOf(command: Command): Page {
  const groups = Map.groupBy(
    command.options.filter(({ hidden }) => !hidden),
    ({ helpGroupHeading }) => helpGroupHeading ?? "Options:",
  );
  const [, example = ""] = helpOf(command).split("\nExample:\n");
  return {
    command: pathOf(command),
    description: command.description(),
    usage: command.usage(),
    groups: [
      ...command.commands.length
        ? [{ heading: "Commands", items: command.commands.map((one) => described(one as Command)) }]
        : [],
      ...[...groups].map(([heading, options]) => ({
        heading: heading.replace(/:$/, ""),
        items: options.map(optionItem),
      })),
    ],
    example: example.replace(/^ {2}/gm, "").trim(),
    seeAlso: [
      ...command.parent ? [pathOf(command.parent as Command)] : [],
      ...command.commands.map((one) => pathOf(one as Command)),
    ],
  };
}

const described = (command: Command): [string, string] => [command.name(), command.description()];

function optionItem({ flags, description, argChoices, envVar }: Option): [string, string] {
  const more = [
    ...argChoices ? [`one of ${argChoices.join(", ")}`] : [],
    ...envVar ? [`environment: ${envVar}`] : [],
  ];
  return [flags, more.length ? `${description} (${more.join("; ")})` : description];
}

/** As man(7) describes it. Pure. */
export function roff(
  { command, description, usage, groups, example, seeAlso }: Page,
  version: string,
): string {
  const file = fileOf(command);
  return [
    `.TH ${escape(file.toUpperCase())} 1 "" "Gefyra ${version}" "Gefyra"`,
    ".SH NAME",
    `${escape(file)} \\- ${escape(description)}`,
    ".SH SYNOPSIS",
    `.B ${escape(command)}`,
    escape(usage),
    ...groups.flatMap(({ heading, items }) => [
      `.SH ${escape(heading.toUpperCase())}`,
      ...items.flatMap(([term, text]) => [".TP", `\\fB${escape(term)}\\fR`, escape(text)]),
    ]),
    ...example ? [".SH EXAMPLE", ".nf", ...example.split("\n").map(escape), ".fi"] : [],
    ...seeAlso.length
      ? [".SH SEE ALSO", seeAlso.map((one) => `\\fB${escape(fileOf(one))}\\fR(1)`).join(", ")]
      : [],
    "",
  ].join("\n");
}

/** A backslash begins an escape, a dot or quote a request at the start of a line, and a bare hyphen is no minus. */
const escape = (text: string) =>
  text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/gm, "\\&$&");
