/** Somebody without Deno who has the portable program. */
import { bundle } from "../scripts/bundle.ts";
import { portable } from "../scripts/compile/portable.ts";

export interface PortableUser {
  program: string;
  env: Record<string, string>;
  options: Deno.CommandOptions;
}

/** nobody, which every Linux has, where the tests run as root; else the own user. */
const NOBODY = 65534;

/** `folder` gets the program, a home and an empty folder to work in. */
export async function makePortableUser(folder: string): Promise<PortableUser> {
  await portable(await bundle(`${folder}/bundle`), `${folder}/gefyra`);
  for (const name of ["home", "empty"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.chmod(folder, 0o755);
  if (Deno.uid() === 0) await Deno.chown(`${folder}/home`, NOBODY, NOBODY);
  return portableUserIn(folder);
}

export function portableUserIn(folder: string): PortableUser {
  return {
    program: `${folder}/gefyra`,
    env: { HOME: `${folder}/home` },
    options: { clearEnv: true, cwd: `${folder}/empty`, ...(Deno.uid() === 0 ? asNobody() : {}) },
  };
}

/** With the group that may use Docker. */
function asNobody(): { uid: number; gid: number } {
  const socket = (Deno.env.get("DOCKER_HOST") ?? "unix:///var/run/docker.sock").replace("unix://", "");
  return { uid: NOBODY, gid: Deno.statSync(socket).gid ?? NOBODY };
}
