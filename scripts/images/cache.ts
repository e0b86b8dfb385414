/** The cache of built files between runs: `$XDG_CACHE_HOME/gefyra`, else `~/.cache/gefyra`. */
export function cacheFolder(name: string): string {
  const home = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? "/root"}/.cache`;
  return `${home}/gefyra/${name}`;
}
