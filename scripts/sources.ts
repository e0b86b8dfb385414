/** The TypeScript files of this repository: their text by path from the root. */
export async function readSources(root: string): Promise<Record<string, string>> {
  const sources: Record<string, string> = {};
  const read = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      const path = folder ? `${folder}/${name}` : name;
      if (isDirectory && !name.startsWith(".") && name !== "node_modules" && name !== "dist") {
        await read(path);
      }
      if (name.endsWith(".ts")) sources[path] = await Deno.readTextFile(`${root}/${path}`);
    }
  };
  await read("");
  return sources;
}
