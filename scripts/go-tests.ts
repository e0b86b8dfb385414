/** Runs the tests of a Go module and reads what `go test -json` says of each (its events: `go doc test2json`). */

export interface GoResult {
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
  const results = parseGoTests(decoder.decode(stdout));
  if (code === 0 || results.some(({ passed }) => !passed)) return results;
  // It could not be built, for example.
  return [...results, {
    name: "go test",
    passed: false,
    output: decoder.decode(stdout) + decoder.decode(stderr),
  }];
}

/** Pure. Tests within tests belong to the outer one. */
export function parseGoTests(json: string): GoResult[] {
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
    return { name: end.Test!, passed: end.Action !== "fail", output };
  });
}
