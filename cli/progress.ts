/** Steps on stderr: a task list on a terminal, plain lines elsewhere, nothing with `--quiet`. */
import process from "node:process";
import { isInteractive } from "./interactive.ts";
import { throwIfInterrupted } from "../lib/interruption.ts";
import { silentSteps, type Steps } from "../lib/steps.ts";

export function progress({ verbose, quiet }: { verbose: boolean; quiet: boolean }): Steps {
  const shown = isInteractive(Deno.stderr.isTerminal()) && !verbose ? taskList() : plainLines();
  const { step } = quiet ? silentSteps : shown;
  const steps: Pick<Steps, "step"> = {
    step: async (title, work) => {
      throwIfInterrupted();
      return await step(title, work);
    },
  };
  if (quiet) return { ...silentSteps, ...steps };
  return { ...steps, debug: verbose ? (text) => console.error(`  ${text}`) : () => {} };
}

function taskList(): Pick<Steps, "step"> {
  return {
    step: async <T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> => {
      let result!: T;
      // Imported late: it would slow down every start.
      const { color, Listr, ProcessOutput } = await import("listr2");
      const list = new Listr(
        [{
          title,
          task: async (_context, task) => {
            result = await work((text) => task.title = `${title}: ${text}`);
          },
        }],
        {
          renderer: "default",
          rendererOptions: {
            // stdout is for the result.
            logger: undefined,
            showErrorMessage: false,
            timer: {
              condition: (ms: number) => ms > 1000,
              field: (ms: number) => `${(ms / 1000).toFixed(1)}s`,
              format: () => color.dim,
            },
          } as never,
          exitOnError: true,
          collectErrors: false,
          fallbackRenderer: "silent",
          // It would end the process, and nothing would be undone.
          registerSignalListeners: false,
        } as never,
      );
      // deno-lint-ignore no-explicit-any
      (list as any).options.rendererOptions.processOutput = new ProcessOutput(process.stderr, process.stderr);
      await list.run();
      return result;
    },
  };
}

function plainLines(): Pick<Steps, "step"> {
  return {
    step: async (title, work) => {
      let note = "";
      const start = performance.now();
      const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)}s`;
      try {
        const result = await work((text) => note = `: ${text}`);
        console.error(`✓ ${title}${note} (${seconds()})`);
        return result;
      } catch (error) {
        console.error(`✗ ${title}${note} (${seconds()})`);
        throw error;
      }
    },
  };
}
