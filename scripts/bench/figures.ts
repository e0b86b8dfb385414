/** All figures, in the order in which they are measured. A new one is a new entry in one of these. */
import type { Figure } from "./figure.ts";
import { firstFigures } from "./figures-first.ts";
import { loadFigures } from "./figures-load.ts";
import { manyFigures, switchFigures } from "./figures-switch.ts";
import { transportFigures } from "./figures-transport.ts";
import { waitFigures } from "./figures-wait.ts";

// The fifty bridges of the last figures stay until the connection goes.
export const figures: Figure[] = [
  ...waitFigures,
  ...firstFigures,
  ...switchFigures,
  ...loadFigures,
  ...transportFigures,
  ...manyFigures,
];
