/** Runs the tests of a Go module and reads what `go test -json` says of each (its events: `go doc test2json`). */

export interface GoResult {
  /** The folder of its package, from the module's: `.`, `./frames`; of a module that cannot be built: `.`. */
  folder: string;
  name: string;
  passed: boolean;
  output: string;
}

interface Event {
  Action: string;
  Package?: string;
  Test?: string;
  Output?: string;
}

// `go vet` belongs to the lint, and reads all imports.
const TIMEOUT_S = 300;

export async function testModule(folder: string): Promise<GoResult[]> {
  const { code, stdout, stderr } = await new Deno.Command("go", {
    args: ["test", "-json", "-vet=off", "-timeout", `${TIMEOUT_S}s`, "./..."],
    cwd: folder,
    stdin: "null",
    signal: AbortSignal.timeout(2 * TIMEOUT_S * 1000),
  }).output();
  const decoder = new TextDecoder();
  const results = parseGoTests(decoder.decode(stdout), await moduleName(folder));
  if (code === 0 || results.some(({ passed }) => !passed)) return results;
  // It could not be built, for example.
  return [...results, {
    folder: ".",
    name: "go test",
    passed: false,
    output: decoder.decode(stdout) + decoder.decode(stderr),
  }];
}

/** As its go.mod says. */
export async function moduleName(folder: string): Promise<string> {
  return /^module (\S+)/m.exec(await Deno.readTextFile(`${folder}/go.mod`))?.[1] ?? "";
}

/** Pure. `module`: its name. Tests within tests belong to the outer one. */
export function parseGoTests(json: string, module: string): GoResult[] {
  const events: Event[] = json.split("\n").filter((line) => line.startsWith("{")).map((line) =>
    JSON.parse(line)
  );
  const outer = ({ Test = "" }: Event) => Test.split("/")[0]!;
  const ends = events.filter(({ Action, Test }) =>
    Test && !Test.includes("/") && /^(pass|fail|skip)$/.test(Action)
  );
  return ends.map((end) => {
    const own = events.filter((one) => one.Package === end.Package && outer(one) === end.Test);
    const output = own.map(({ Output = "" }) => Output).join("");
    return {
      folder: `.${end.Package!.slice(module.length)}`,
      name: end.Test!,
      passed: end.Action !== "fail",
      output,
    };
  });
}
