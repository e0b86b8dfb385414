/** Variables of a container in the cluster that make no sense on this machine. Pure. */
import type { Variables } from "./environ.ts";

/** Why each stays out; the documentation lists them (docs/like.md). */
export const staysOut: Readonly<Record<string, string>> = {
  HOSTNAME: "the local container has its own",
  PATH: "belongs to the image",
  HOME: "belongs to the user",
  USER: "belongs to the user",
  LOGNAME: "belongs to the user",
  SHELL: "belongs to the user",
  PWD: "belongs to the process",
  OLDPWD: "belongs to the process",
  SHLVL: "belongs to the shell",
  _: "belongs to the shell",
  IFS: "belongs to the shell",
  PPID: "belongs to the shell",
  UID: "belongs to the shell",
  EUID: "belongs to the shell",
  TERM: "belongs to the terminal",
  COLUMNS: "belongs to the terminal",
  LINES: "belongs to the terminal",
  LD_PRELOAD: "names a file of the image",
  LD_LIBRARY_PATH: "names a folder of the image",
  LD_AUDIT: "names a file of the image",
};

/** Without what stays out. */
export function localVariables(variables: Variables): Map<string, string> {
  return new Map([...variables].filter(([name]) => !Object.hasOwn(staysOut, name)));
}
