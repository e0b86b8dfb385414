/**
 * deno task coverage
 *
 * Runs the unit tests and prints how many lines and branches of each room they run. Files that no unit test loads are
 * counted beside: what they do is tested with Docker and a cluster. Go's rooms are its packages, which count statements.
 */
import { messageOf } from "../lib/errors.ts";
import { byRoom, type Coverage, goCoverage, parseLcov, table } from "./coverage/rooms.ts";
import { moduleName } from "./go-tests.ts";
import { output } from "./images/command.ts";

const ROOMS = ["cli", "lib", "operator", "scripts"];
const TIMEOUT_MS = 10 * 60_000;

async function coverage(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-coverage-" });
  try {
    // A failed test is no reason to say nothing of the others; `deno task test` tells of it.
    const tests = ["test", "--allow-all", "--parallel", "--quiet", `--coverage=${folder}/profile`, ...ROOMS];
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: tests,
      stdout: "null",
      stderr: "null",
    }).output();
    if (!success) console.error("Some tests failed");
    const lcov = await output(Deno.execPath(), ["coverage", "--lcov", `${folder}/profile`], {
      timeout: TIMEOUT_MS,
    });
    const files = (await output("git", ["ls-files", ...ROOMS])).split("\n");
    const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
    return table([...byRoom(parseLcov(lcov, Deno.cwd()), sources), ...await agent(`${folder}/go`)]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function agent(profile: string): Promise<[string, Coverage][]> {
  const cwd = "images/agent";
  const args = ["test", "-vet=off", `-coverprofile=${profile}`, "-coverpkg=./...", "./..."];
  await output("go", args, { cwd, timeout: TIMEOUT_MS });
  return goCoverage(await Deno.readTextFile(profile), await moduleName(cwd), cwd);
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    console.log(await coverage());
  } catch (error) {
    console.error(messageOf(error));
    Deno.exitCode = 1;
  }
}
