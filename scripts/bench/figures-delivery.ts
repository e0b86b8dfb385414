/** How much is downloaded, and how long it takes until that is of use. */
import type { Figure } from "./figure.ts";
import { fromDownload } from "./from-download.ts";
import { beyondBase, portableSize, together } from "./sizes.ts";

export const deliveryFigures: Figure[] = [
  {
    name: "program_mb",
    unit: "MB",
    about: "the portable program for Linux x64, with Deno in it: the file that one downloads",
    measure: async () => [await portableSize()],
  },
  {
    name: "carrier_image_mb",
    unit: "MB",
    about:
      "the image `carrier`, which each node of a bridged pod pulls, without its base image; not compressed",
    aim: 20,
    measure: async () => [await beyondBase("carrier")],
  },
  {
    name: "images_mb",
    unit: "MB",
    about: "all images but the lab's, a layer that several have counted once; not compressed",
    aim: 600,
    measure: async () => [await together()],
  },
  {
    name: "first_start_s",
    unit: "s",
    about:
      "download of the portable program from a server on loopback, and its first `gefyra version`, which unpacks it",
    measure: async () => (await fromDownload()).program,
  },
  {
    name: "download_to_bridge_s",
    unit: "s",
    about:
      "the same, then `up` in a cluster without Gefyra, `run` and `bridge`, to the first response of the local container in the cluster; the images are there",
    aim: 20,
    measure: async () => (await fromDownload()).total,
  },
];
