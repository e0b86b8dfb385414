/** Words and numbers that are declared in one place, and must not be written out in another. Pure. */
import { bridgePhases, clientPhases, podStates } from "../../lib/api/phases.ts";
import { bridgeReasons, clientReasons } from "../../lib/api/reasons.ts";
import { contract } from "../../lib/contract.ts";

/** Phases, states and reasons that are Gefyra's own; Kubernetes and Docker have some of them too. */
const foreign = new Set<string>([
  "Pending",
  "Ready",
  "Connected",
  "Failed",
  "Forbidden",
  "Conflict",
  "Deleted",
]);
const states = [bridgePhases, clientPhases, podStates, bridgeReasons, clientReasons]
  .flatMap((block): string[] => Object.values(block)).filter((one) => !foreign.has(one));
const STATE = new RegExp(`"(${[...new Set(states)].join("|")})"`);
const declareStates = ["lib/api/phases.ts", "lib/api/reasons.ts"];

/** What the program and its images agree on stands in images/contract.json alone. */
const { device, ports, marks, user, smallestMtu, paths, cargoVariables, files } = contract;
const words = [device, user, smallestMtu, ...Object.values(ports), ...Object.values(marks)];
const texts = [...Object.values(paths), ...Object.values(cargoVariables), files.relayTarget];
const AGREED = new RegExp(`\\b(${words.join("|")})\\b|["\`](${texts.join("|")})\\b`);
const withoutComments = (text: string) => text.replace(/\/\*[^]*?\*\/|^\s*\/\/[^\n]*$/gm, "");

/** One line each. */
export function literalProblemsOf(path: string, text: string): string[] {
  const code = withoutComments(text);
  const state = declareStates.includes(path) ? undefined : STATE.exec(code)?.[1];
  const [agreed] = AGREED.exec(code) ?? [];
  return [
    ...state ? [`${path}: "${state}" is a constant in ${declareStates.join(" or ")}`] : [],
    ...agreed ? [`${path}: ${agreed} belongs to images/contract.json`] : [],
  ];
}
