/** All figures in the order of measurement. Add a new one to one of these lists. */
import type { Figure } from "./figure.ts";
import { deliveryFigures } from "./figures-delivery.ts";
import { firstFigures } from "./figures-first.ts";
import { filesFigures } from "./figures-files.ts";
import { sharedFigures } from "./figures-shared.ts";
import { loadFigures } from "./figures-load.ts";
import { manyFigures, switchFigures } from "./figures-switch.ts";
import { transportFigures } from "./figures-transport.ts";
import { startFigures } from "./figures-start.ts";
import { waitFigures } from "./figures-wait.ts";

// The fifty bridges of the last figures stay until the connection is removed.
export const figures: Figure[] = [
  ...startFigures,
  ...deliveryFigures,
  ...waitFigures,
  ...firstFigures,
  ...switchFigures,
  ...loadFigures,
  ...transportFigures,
  ...filesFigures,
  ...sharedFigures,
  ...manyFigures,
];
