/** Runs the README's tour in a terminal of its own, and returns what it shows. */
import { labDown } from "../../lib/lab/down.ts";
import { connectEngine } from "../../lib/docker/dockerode.ts";
import { controlPlaneOf, DEFAULT_LAB } from "../../lib/lab/nodes.ts";
import { defaultImages, parts } from "../../lib/images.ts";
import { silentSteps } from "../../lib/steps.ts";
import { bundle, runFlags } from "../bundle.ts";
import { buildImages } from "../images/build.ts";
import { output } from "../images/command.ts";
import { buildWorkloads } from "../images/workloads.ts";
import { type Cast, fromScript, type Size } from "./cast.ts";

/** A command that takes longer has failed, in milliseconds. */
const LONGEST_TOUR = 300_000;

interface Tour {
  /** Run before the recording begins. */
  before: string[];
  recorded: string[];
  /** Run when it has ended. */
  after: string[];
}

/** `commands`: those of the page, in order. The recording begins with `gefyra up` and ends with `gefyra down`. */
export function parted(commands: string[]): Tour {
  const begin = commands.indexOf("gefyra up"), end = commands.indexOf("gefyra down") + 1;
  if (begin < 0 || end <= begin) throw new Error("the tour has no `gefyra up`, or no `gefyra down` after it");
  return {
    before: commands.slice(0, begin),
    recorded: commands.slice(begin, end),
    after: commands.slice(end),
  };
}

export async function recordTour(root: string, commands: string[], size: Size): Promise<Cast["events"]> {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-recording-" });
  const { before, recorded, after } = parted(commands);
  const script = (name: string) => `${folder}/${name}`;
  const env = {
    PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
    KUBECONFIG: script("kubeconfig"),
    // The connection is called as for a reader.
    GEFYRA_CONNECTION: "",
    TERM: "xterm-256color",
  };
  const inFolder = (text: string) => ["-euc", `cd ${folder}\n${text}`];
  const plain = (lines: string[]) =>
    output("bash", inFolder(lines.join("\n")), { env, timeout: LONGEST_TOUR });
  try {
    await buildImages(parts.filter((part) => part !== "cli"), defaultImages, () => {});
    await buildWorkloads(() => {});
    await programs(folder);
    await Deno.symlink(`${root}/tests`, script("tests"));
    await plain(before);
    await Deno.writeTextFile(script("tour.sh"), shown(recorded, size));
    const [program = "", ...words] = [
      ...elsewhere(),
      ...["script", "--quiet", "--return", "--log-out", script("log"), "--log-timing", script("timing")],
      ...["--logging-format", "classic", "--command", `bash -eu ${script("tour.sh")}`],
    ];
    await output(program, words, { cwd: folder, env, timeout: LONGEST_TOUR });
    await plain(after);
    return fromScript(await Deno.readTextFile(script("timing")), await Deno.readFile(script("log")));
  } finally {
    await output("bash", inFolder("gefyra down --quiet || true"), { env }).catch(() => {});
    await labDown(connectEngine(), silentSteps, { lab: DEFAULT_LAB, kubeconfig: env.KUBECONFIG });
    await Deno.remove(folder, { recursive: true });
  }
}

/** The client is named after the machine; the recording shows a usual name, where root can give one. */
function elsewhere(): string[] {
  return Deno.uid() === 0 ? ["unshare", "--uts", "sh", "-euc", 'hostname laptop; exec "$@"', "-"] : [];
}

/** `gefyra`, and the lab's kubectl, which reads files from standard input only. */
async function programs(folder: string): Promise<void> {
  const program = await bundle(`${folder}/program`);
  const words = [Deno.execPath(), ...runFlags, program].map((word) => `'${word}'`).join(" ");
  await Deno.mkdir(`${folder}/bin`);
  const write = (name: string, line: string) =>
    Deno.writeTextFile(`${folder}/bin/${name}`, `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
  await write("gefyra", words);
  await write("kubectl", `docker exec --interactive ${controlPlaneOf(DEFAULT_LAB).name} kubectl`);
}

/** Each command is shown as it is typed, then run, then followed by the seconds that it has taken. */
export function shown(commands: string[], { rows, columns }: Size): string {
  const each = commands.map((command) => `show '${command.replaceAll("'", `'\\''`)}'`);
  return [
    `stty rows ${rows} cols ${columns}`,
    "show() {",
    `  printf '\\e[1;36m$\\e[0m \\e[1m%s\\e[0m\\n' "$1"`,
    "  sleep 1",
    "  local start=${EPOCHREALTIME/./}",
    '  eval "$1"',
    "  local tenths=$(((${EPOCHREALTIME/./} - start) / 100000))",
    `  printf '\\e[90m%d.%d s\\e[0m\\n\\n' $((tenths / 10)) $((tenths % 10))`,
    "  sleep 1",
    "}",
    ...each,
    "",
  ].join("\n");
}
