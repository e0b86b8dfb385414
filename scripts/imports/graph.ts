/** The real module graph, as Deno resolves it. */

export interface Import {
  /** Path from the root of the repository. */
  from: string;
  /** Path from the root, or the name of a package as in the import map, e.g. `dockerode`. */
  to: string;
  /** `type` is erased before the program runs. */
  kind: "static" | "dynamic" | "type";
}

/** The fields of `deno info --json` that are used. */
interface Info {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: {
      specifier: string;
      code?: { specifier?: string; error?: string };
      type?: { specifier?: string; error?: string };
      isDynamic?: boolean;
    }[];
  }[];
}

/** All imports of the files, with paths from `root`. Throws if one cannot be resolved. */
export async function readGraph(root: string, files: string[]): Promise<Import[]> {
  const base = new URL(`file://${root.replace(/\/?$/, "/")}`);
  // `deno info` takes one module, so this one imports all files.
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = files.map((file) => `import ${JSON.stringify(new URL(file, base))};`);
    await Deno.writeTextFile(entry, lines.join("\n"));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", base).pathname, entry],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (code !== 0) throw new Error(`Cannot read the module graph: ${text(stderr)}`);
    return importsIn(JSON.parse(text(stdout)), base.href);
  } finally {
    await Deno.remove(entry);
  }
}

/** Pure. `base`: URL of the root, with a slash at its end. */
export function importsIn({ modules }: Info, base: string): Import[] {
  return modules.filter(({ specifier }) => specifier.startsWith(base)).flatMap((module) => {
    if (module.error) throw new Error(`Cannot read "${module.specifier}": ${module.error}`);
    return (module.dependencies ?? []).map(({ specifier, code, type, isDynamic }): Import => {
      const found = code ?? type;
      const target = found?.specifier;
      if (!target) throw new Error(`Cannot resolve "${specifier}" in ${module.specifier}: ${found?.error}`);
      return {
        from: module.specifier.slice(base.length),
        to: target.startsWith(base) ? target.slice(base.length) : packageOf(target),
        kind: !code ? "type" : isDynamic ? "dynamic" : "static",
      };
    });
  });
}

/** `npm:/@a/b@1.2.3/c.js` → `@a/b`. */
function packageOf(specifier: string): string {
  return specifier.match(/^npm:\/?((?:@[^/]+\/)?[^@/]+)/)?.[1] ?? specifier;
}
