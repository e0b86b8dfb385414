/** How a container's traffic is taken: beside the original, or in its place. The preferred mode first. */
export const modes = ["beside", "replace"] as const;
export type ModeName = typeof modes[number];
