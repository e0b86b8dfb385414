import { createHash } from "node:crypto";

/** In hexadecimal digits. Pure. */
export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
