/** Who runs `gefyra` in this process, if that is the portable program. */
import { type PortableUser, portableUserIn } from "../../portable.ts";

/** Has the folder of that user. */
export const FOLDER = "GEFYRA_E2E_PORTABLE";

export function portableUser(): PortableUser | undefined {
  const folder = Deno.env.get(FOLDER);
  if (!folder) return undefined;
  const user = portableUserIn(folder);
  // Which engine and which images are the suite's business.
  const given = Object.entries(Deno.env.toObject()).filter(([name]) => /^(DOCKER|GEFYRA)_/.test(name));
  const env = {
    ...Object.fromEntries(given),
    ...user.env,
    KUBECONFIG: `${folder}/home/kubeconfig`,
    PATH: "/usr/bin:/bin",
  };
  return { ...user, env };
}
