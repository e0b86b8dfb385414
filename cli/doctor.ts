import type { Finding, Verdict } from "../lib/doctor/check-result.ts";
import { runChecks } from "../lib/doctor/run-checks.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { exitCodes } from "../lib/errors.ts";
import { NAMESPACE } from "../lib/names.ts";
import {
  clusterOf,
  command,
  connectionCluster,
  connectionOption,
  contextOption,
  kubeconfigOption,
  outputOption,
  type SetExitCode,
} from "./command.ts";
import { answer } from "./output.ts";

const signs: Record<Verdict, string> = { ok: "✓", attention: "!", broken: "✗", idle: "–", skipped: "–" };

export const doctor = (setExitCode: SetExitCode) =>
  command(
    "doctor",
    "gefyra doctor\ngefyra doctor -o json",
  )
    .addOption(connectionOption())
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addOption(outputOption())
    .action(async ({ connection, output, quiet, ...named }) => {
      const screen = lines((line) => console.log(line));
      const tell = (finding: Finding) => {
        if (!output && (!quiet || finding.verdict === "broken")) screen.tell(finding);
      };
      const diagnosis = await runChecks(
        {
          engine: connectEngine(),
          connectCluster: (known) => known ? connectionCluster(known) : clusterOf(named),
        },
        { connection, ...named, namespace: NAMESPACE },
        tell,
      );
      screen.end();
      const texts = { text: () => summary(diagnosis), short: () => "" };
      await answer("doctor", diagnosis, { output, quiet }, texts);
      if (!diagnosis.healthy) setExitCode(exitCodes.failure);
    });

const INDENT = 14;

/** Checks that were skipped for the same reason are printed as one line. */
function lines(write: (line: string) => void) {
  let skipped: Finding[] = [];
  const flush = () => {
    const [first] = skipped;
    if (first) write(`${signs.skipped} ${skipped.map(({ title }) => title).join(", ")}: ${first.message}`);
    skipped = [];
  };
  return {
    tell: (finding: Finding) => {
      const together = finding.verdict === "skipped" && !finding.remedy;
      if (!together || skipped[0]?.message !== finding.message) flush();
      if (together) skipped.push(finding);
      else write(text(finding));
    },
    end: flush,
  };
}

function text({ verdict, title, message, remedy }: Finding): string {
  const line = `${signs[verdict]} ${title.padEnd(INDENT - 2)}${message}`;
  return remedy ? `${line}\n${" ".repeat(INDENT)}→ ${remedy}` : line;
}

function summary({ findings, seconds }: { findings: Finding[]; seconds: number }): string {
  const count = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).length;
  const broken = count("broken"), attention = count("attention");
  const parts = [
    broken ? `${broken} broken` : "Nothing is broken",
    ...(attention ? [`${attention} need attention`] : []),
  ];
  return `\n${parts.join(", ")} (${seconds} s).`;
}
