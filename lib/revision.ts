/** What `deno task compile` replaces in the bundle by the git revision that it is made from. */
export const PLACEHOLDER = "@revision@";

/** `undefined` where the program runs from its sources, or from a bundle that is no release. */
export const revision = (text: string = PLACEHOLDER): string | undefined =>
  /^[0-9a-f]{40}(-dirty)?$/.test(text) ? text : undefined;
