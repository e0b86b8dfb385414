/** Reproducible archives: the same files give the same checksum. */
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { type Zippable, zipSync } from "fflate";
import { pack } from "tar-stream";

export interface ArchiveFile {
  name: string;
  content: Uint8Array;
  executable?: boolean;
}

/** The earliest time of a zip; it has no time zone, so it is the builder's local time. */
const ZIP_EPOCH = new Date(1980, 0, 1);

const modeOf = ({ executable }: ArchiveFile) => executable ? 0o755 : 0o644;

export async function tarGz(files: ArchiveFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const tar = pack();
  for (const file of files) {
    tar.entry({ name: file.name, mode: modeOf(file), mtime: new Date(0) }, Buffer.from(file.content));
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return new Uint8Array(gzipSync(Buffer.concat(chunks)));
}

export function zip(files: ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const file of files) {
    // The mode is in the upper half of the attributes, for systems of kind 3, Unix.
    entries[file.name] = [file.content, { mtime: ZIP_EPOCH, os: 3, attrs: modeOf(file) << 16 }];
  }
  return new Uint8Array(zipSync(entries));
}
