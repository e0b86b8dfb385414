/** Asks the person at the terminal for what a command line lacks: what a completion would offer there. */
import process from "node:process";
import { autocomplete, isCancel, select, text } from "@clack/prompts";
import type { Candidate } from "../completion/answer.ts";
import { kindOf } from "../completion/kinds.ts";
import { namesOf } from "../completion/names.ts";
import { localPortCandidates } from "../completion/target-names.ts";
import tree from "../completion/tree.json" with { type: "json" };
import type { TreeCommand } from "../completion/tree.ts";
import { questionOf } from "../completion/words.ts";
import type { Missing } from "./missing.ts";

/** stdout is for the result. */
const output = process.stderr;

/** More than these are searched by typing. */
const FEW = 10;

/** Esc, or Ctrl-C. */
export const cancelled = Symbol("cancelled");

type Picked = string | typeof cancelled;

/** `undefined` if there is nothing to choose from. */
export async function pick(args: string[], missing: Missing): Promise<Picked | undefined> {
  const found = await candidates(missing.flag ? [...args, missing.flag, ""] : [...args, ""]);
  if (missing.flag === "--port") return await askForPort(args, missing, found);
  return found.length ? await choose(missing.title, found) : undefined;
}

async function candidates(words: string[]): Promise<Candidate[]> {
  const question = questionOf(tree as TreeCommand, words), found: Candidate[] = [];
  await namesOf(question, kindOf(question), (more) => void found.push(...more));
  return found.sort((a, b) => a.value < b.value ? -1 : 1);
}

/** The port in the cluster, by number, and then the local one. */
async function askForPort(args: string[], { title }: Missing, found: Candidate[]) {
  const numbers = found.filter(({ value }) => /^\d+:$/.test(value));
  const shown = numbers.map(({ value, description = "" }) => ({ value: value.slice(0, -1), description }))
    .sort((a, b) => Number(a.value) - Number(b.value));
  const remote = shown.length ? await choose(title, shown) : await type(title, "", isPort);
  if (typeof remote !== "string") return remote;
  const udp = shown.find(({ value }) => value === remote)?.description.endsWith("UDP") ?? false;
  const offered = await candidates([...args, "--port", `${remote}:`]);
  const [first] = offered.length ? offered : localPortCandidates(`${remote}:`, []);
  const usual = first?.value.slice(remote.length + 1).replace(/\/udp$/, "") ?? remote;
  const local = await type("Port of the local container", usual, isPort);
  return typeof local === "string" ? `${remote}:${local}${udp ? "/udp" : ""}` : local;
}

const isPort = (text: string) =>
  /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
    ? undefined
    : "It is a number from 1 to 65535";

async function choose(message: string, found: Candidate[]): Promise<Picked> {
  const options = found.map(({ value, description }) => ({
    value,
    label: value,
    ...(description ? { hint: description } : {}),
  }));
  const ask = options.length > FEW ? autocomplete<string> : select<string>;
  const value = await ask({ message, options, maxItems: FEW, output });
  return isCancel(value) ? cancelled : value;
}

async function type(
  message: string,
  usual: string,
  problem: (text: string) => string | undefined,
): Promise<Picked> {
  const validate = (value: string | undefined) => problem(value || usual);
  const value = await text({ message, placeholder: usual, defaultValue: usual, validate, output });
  return isCancel(value) ? cancelled : value;
}
