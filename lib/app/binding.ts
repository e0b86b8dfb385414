import { resolve } from "node:path";

/**
 * `HOST:CONTAINER[:ro]` as Docker wants it, with an absolute host path: one that begins with a dot is relative to the
 * current folder, and a word without a slash is a volume's name.
 */
export function absoluteBinding(binding: string): string {
  const [source = "", ...rest] = binding.split(":");
  return source.startsWith(".") ? [resolve(source), ...rest].join(":") : binding;
}
