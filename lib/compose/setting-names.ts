/** The settings of a Compose service, with what they mean; each can be given as a text or a list of texts. */
export interface Setting {
  name: string;
  description: string;
}

export const settings = [
  { name: "namespace", description: "namespace whose names the container sees (default: default)" },
  {
    name: "like",
    description: "KIND/NAME[/CONTAINER]: take what is not given from this container in the cluster",
  },
  {
    name: "sync",
    description: "REMOTE[:LOCAL]: directory or file of the cluster's container; `volumes` for all",
  },
  { name: "sync-back", description: "REMOTE[:LOCAL]: the same, with changes going to the pod" },
  { name: "sync-from", description: "KIND/NAME[/CONTAINER]: whose files (default: that of like)" },
  { name: "service-account", description: "service account of the namespace to run with" },
  {
    name: "bridge",
    description: "KIND/NAME[/CONTAINER] whose traffic the container gets; true: that of like",
  },
  {
    name: "port",
    description: "REMOTE:LOCAL of the bridge (default: the ports that the container declares)",
  },
  {
    name: "match",
    description: "take only requests that match, as gefyra bridge --match; `or` begins a group",
  },
  { name: "mode", description: "mode of the bridge: beside or replace" },
] as const satisfies Setting[];

export const settingNames = settings.map(({ name }) => name);
