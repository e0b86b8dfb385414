/** Lets a test file run the portable program as somebody without Deno. */
import { makePortableUser } from "../../portable.ts";
import { kubeconfig } from "./names.ts";
import { FOLDER } from "./portable.ts";
import { prepare } from "./prepare.ts";

/** From here to its end. Dispose it after everything that calls `gefyra`. */
export async function becomePortableUser(): Promise<AsyncDisposable> {
  await prepare();
  const folder = await Deno.makeTempDir({ prefix: "gefyra-portable-" });
  const { options: { uid, gid } } = await makePortableUser(folder);
  const own = `${folder}/home/kubeconfig`;
  await Deno.copyFile(kubeconfig, own);
  if (uid !== undefined && gid !== undefined) await Deno.chown(own, uid, gid);
  Deno.env.set(FOLDER, folder);
  return {
    [Symbol.asyncDispose]: async () => {
      Deno.env.delete(FOLDER);
      await Deno.remove(folder, { recursive: true });
    },
  };
}
