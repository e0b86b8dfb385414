/** Steady load from inside the cluster: what a switch costs is seen by those who ask meanwhile. */
import { CONTROL_PLANE } from "./names.ts";

export interface LoadResult {
  /** Unix seconds. */
  began: number;
  sent: number;
  /** Seconds since the start, and what went wrong. */
  lost: { at: number; error: string }[];
  /** Number of answers by text. */
  answers: Record<string, number>;
  /** Seconds without any answer. */
  longestGap: number;
}

export function lossText({ sent, lost, longestGap }: LoadResult): string {
  const errors = [...new Set(lost.map(({ error }) => error))].join("; ");
  const when = lost.length ? ` from ${lost[0]!.at} s to ${lost.at(-1)!.at} s (${errors})` : "";
  return `${sent} requests, ${lost.length} lost${when}, longest gap ${longestGap} s`;
}

export interface Load {
  stop(): Promise<LoadResult>;
}

const script = new URL("load-client.py", import.meta.url);

/** A fresh connection for each of `rate` requests per second, from the pod `tools` of the namespace. */
export async function startLoad(namespace: string, url: string, rate: number): Promise<Load> {
  const child = new Deno.Command("docker", {
    args: [
      ...[
        "exec",
        "--interactive",
        CONTROL_PLANE,
        "kubectl",
        "exec",
        "--stdin",
        "--namespace",
        namespace,
        "tools",
        "--",
      ],
      ...["python3", "-c", await Deno.readTextFile(script), url, `${rate}`],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  return {
    stop: async () => {
      await child.stdin.close();
      const { stdout } = await child.output();
      return JSON.parse(new TextDecoder().decode(stdout));
    },
  };
}
