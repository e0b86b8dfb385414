/** What a switch did to the pods. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { InterceptedPod } from "../lib/api/bridge.ts";

const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** e.g. `2 pods, beside, 0 restarts, 1.2 s.`; empty without pods. */
export function switchSummary(pods: InterceptedPod[], seconds: number): string {
  if (pods.length === 0) return "";
  const restarts = pods.filter(({ mode }) => mode === "replace").length;
  const modes = [...new Set(pods.map(({ mode }) => mode))].join(" and ");
  return `${counted(pods.length, "pod")}, ${modes}, ${counted(restarts, "restart")}, ${
    seconds.toFixed(1)
  } s.`;
}

export const watchUrlOption = () =>
  new Option(
    "--watch-url <url>",
    "send requests to this URL from inside the cluster meanwhile, and count the lost ones",
  )
    .argParser((text: string) => {
      if (/^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text)) return text;
      throw new InvalidArgumentError("It must be a URL that begins with http:// or https://.");
    });
