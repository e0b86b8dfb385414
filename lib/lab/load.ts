/** `gefyra lab load`: copies local images to a lab's nodes, only the missing ones. */
import type { Container, Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { execInNode, runningNodes } from "./lab.ts";

const ctr = ["ctr", "--namespace", "k8s.io", "images"];

export interface Loaded {
  node: string;
  /** Copied images; the others were already there. */
  images: string[];
}

export async function load(engine: Engine, lab: string, images: string[]): Promise<Loaded[]> {
  const nodes = await runningNodes(engine, lab);
  const ids = await localIds(engine, images);
  const loaded = await Promise.all(nodes.map(async (node) => {
    const present = await execInNode(engine, node.name, [...ctr, "list"]);
    return { node, images: missingIn(present, ids) };
  }));
  for (const { images, nodes } of byImages(loaded)) await copy(engine, images, nodes);
  return loaded.map(({ node, images }) => ({ node: node.name, images }));
}

async function localIds(engine: Engine, images: string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    images.map(async (name) => [name, (await engine.image(name))?.id] as const),
  );
  const missing = found.filter(([, id]) => id === undefined).map(([name]) => name);
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(", ");
    throw new GefyraError("image-missing", `Cannot load ${names}: Docker has no such image`, {
      exit: "notFound",
      hint: "build or pull it first; `docker images` lists the local images",
    });
  }
  return new Map(found as [string, string][]);
}

/**
 * The images that a node lacks, or has in another version. `ctr images list` lists every image twice: by name, and by
 * the digest of its configuration (Docker's image id), both with the same manifest digest.
 */
export function missingIn(list: string, ids: Map<string, string>): string[] {
  const manifests = new Map(
    list.split("\n").map((line) => line.split(/\s+/)).map(([ref, , digest]) => [ref ?? "", digest] as const),
  );
  return [...ids].filter(([name, id]) => {
    const manifest = manifests.get(id);
    return manifest === undefined || manifest !== manifests.get(fullName(name));
  }).map(([name]) => name);
}

/** `nginx` → `docker.io/library/nginx:latest`, as containerd stores it. */
export function fullName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = hasHost ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
  return /[:@]/.test(path.slice(path.lastIndexOf("/"))) ? path : `${path}:latest`;
}

interface Copies {
  images: string[];
  nodes: Container[];
}

/** Nodes that need the same images share one export. */
function byImages(needs: { node: Container; images: string[] }[]): Copies[] {
  const groups = Map.groupBy(
    needs.filter(({ images }) => images.length > 0),
    ({ images }) => images.join(" "),
  );
  return [...groups.values()].map((group) => ({
    images: group[0]!.images,
    nodes: group.map(({ node }) => node),
  }));
}

/** One export feeds all nodes at the speed of the slowest, so that no archive is held in memory. */
async function copy(engine: Engine, images: string[], nodes: Container[]): Promise<void> {
  const archive = await engine.save(images);
  const pipes = nodes.map((node) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const imported = execInNode(engine, node.name, [...ctr, "import", "-"], readable);
    return { writer: writable.getWriter(), imported };
  });
  const fed = (async () => {
    for await (const chunk of archive) await Promise.all(pipes.map(({ writer }) => writer.write(chunk)));
    await Promise.all(pipes.map(({ writer }) => writer.close()));
  })();
  // A failing import closes its pipe; the import's own error says more.
  await Promise.all([...pipes.map(({ imported }) => imported), fed.catch(() => {})]);
  await fed;
}
