/**
 * deno task lint
 *
 * Lints what is not TypeScript: shell scripts with shellcheck, Go with gofmt, vet and staticcheck, C with gcc's warnings, workflows with actionlint.
 * Files that passed are not linted again until they, or the linter, change.
 */
import { messageOf } from "../lib/errors.ts";
import { lint } from "./lint/lint.ts";
import { lintersFor } from "./lint/linters.ts";
import { readRepository } from "./lint/sources.ts";

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    const linters = lintersFor(await readRepository("."));
    const results = await Promise.all(linters.map((linter) => lint(linter)));
    for (const { name, faults } of results) if (faults) console.error(`${name}:\n${faults}\n`);
    const failed = results.filter(({ faults }) => faults).length;
    const known = results.filter(({ fresh }) => !fresh).length;
    console.error(
      failed
        ? `${failed} of ${results.length} linters found faults`
        : `${results.length} linters passed, ${known} of them before`,
    );
    if (failed) Deno.exitCode = 1;
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  }
}
