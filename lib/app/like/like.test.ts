import assert from "node:assert/strict";
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { likeContainer, overridden } from "./like.ts";
import { portsToBridge } from "./ports.ts";
import { absentVolumes, takenPaths, volumeMounts } from "./volumes.ts";

const bare = { image: "api:1", expose: [], searches: [], dnsOptions: ["ndots:5"], host: {} };

function like(container: Partial<V1Container>, spec: Partial<V1PodSpec> = {}) {
  const own: V1Container = { name: "app", ...container };
  const pod = { spec: { containers: [own], ...spec } };
  const context = { variables: new Map([["PORT", "80"]]), cpus: 2 };
  const { options, notes, mounts } = likeContainer({ pod, container: own, image: "api:1" }, context);
  return { options, notes: [...notes, ...absentVolumes(mounts, [])] };
}

Deno.test("a container in the cluster becomes options of a local one", () => {
  const table: [string, Partial<V1Container>, Partial<V1PodSpec>, Record<string, unknown>, string[]][] = [
    ["nothing", {}, {}, {}, []],
    ["command", { command: ["/app", "$(PORT)"], args: ["--x", "$(NO)", "$$(PORT)"], workingDir: "/w" }, {}, {
      entrypoint: ["/app", "80"],
      command: ["--x", "$(NO)", "$(PORT)"],
      workdir: "/w",
    }, []],
    [
      "user",
      { securityContext: { runAsUser: 7 } },
      {
        securityContext: { runAsUser: 1, runAsGroup: 8, fsGroup: 9, supplementalGroups: [10, 9] },
      },
      { user: "7:8", host: { GroupAdd: ["10", "9"] } },
      [],
    ],
    ["group alone", { securityContext: { runAsGroup: 8 } }, {}, {}, [
      "runAsGroup 8 is not set: Docker needs a user with it (--user USER:8)",
    ]],
    ["root", { securityContext: { runAsUser: 0 } }, {}, { user: "0" }, []],
    [
      "restricted",
      {
        securityContext: {
          capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
        },
      },
      {},
      {
        host: {
          CapAdd: ["NET_BIND_SERVICE"],
          CapDrop: ["ALL"],
          ReadonlyRootfs: true,
          SecurityOpt: ["no-new-privileges"],
        },
      },
      [],
    ],
    ["privileged", { securityContext: { privileged: true } }, {}, {}, [
      "the container in the cluster is privileged; the local one is not",
    ]],
    ["limits", { resources: { limits: { memory: "64Mi", cpu: "250m" } } }, {}, {
      host: { Memory: 64 * 1024 ** 2, NanoCpus: 250_000_000 },
    }, []],
    ["limits that Docker refuses", { resources: { limits: { memory: "1Mi", cpu: "64" } } }, {}, {}, [
      "the memory limit is too low for Docker and is not set",
      "the limit of 64 CPUs is not set: Docker has 2",
    ]],
    [
      "ports are exposed",
      {
        ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }, {
          containerPort: 9,
          protocol: "SCTP",
        }],
      },
      {},
      { expose: ["80/tcp", "53/udp"] },
      [],
    ],
    ["names", {}, {
      hostname: "api-0",
      subdomain: "api",
      hostAliases: [{ ip: "10.1.1.1", hostnames: ["a", "b"] }],
      terminationGracePeriodSeconds: 5,
      dnsPolicy: "None",
      dnsConfig: {
        nameservers: ["1.1.1.1"],
        searches: ["x.y"],
        options: [{ name: "ndots", value: "1" }, { name: "rotate" }],
      },
    }, {
      hostname: "api-0",
      subdomain: "api",
      stopTimeout: 5,
      searches: ["x.y"],
      dnsOptions: ["ndots:1", "rotate"],
      host: { ExtraHosts: ["a:10.1.1.1", "b:10.1.1.1"] },
    }, [
      "dnsConfig.nameservers are not asked: names come from the cluster's DNS",
      "names come from the cluster's DNS, unlike with dnsPolicy None",
    ]],
    [
      "volumes",
      {
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, { name: "settings", mountPath: "/etc/app" }],
      },
      {
        volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Mi" } }, {
          name: "settings",
          configMap: { name: "s" },
        }],
      },
      { host: { Tmpfs: { "/tmp": "rw,exec,mode=0777,size=1048576" } } },
      [
        '/etc/app (configMap "settings") is not there; --sync or --volume can give it',
      ],
    ],
  ];
  for (const [what, container, spec, options, notes] of table) {
    assert.deepEqual(like(container, spec), { options: { ...bare, ...options }, notes }, what);
  }
});

Deno.test("volumes are listed with all that file sync needs", () => {
  const pod: V1PodSpec = { containers: [], volumes: [{ name: "token", projected: {} }] };
  const container: V1Container = {
    name: "app",
    volumeMounts: [{ name: "token", mountPath: "/t", readOnly: true, subPath: "x" }, {
      name: "gone",
      mountPath: "/g",
    }],
  };
  assert.deepEqual(volumeMounts(pod, container), [
    { path: "/t", kind: "projected", volume: { name: "token", projected: {} }, readOnly: true, subPath: "x" },
  ]);
});

Deno.test("what was typed wins", () => {
  const theirs = {
    image: "api:1",
    entrypoint: ["/app"],
    command: ["serve"],
    user: "7",
    host: { Memory: 1, CapAdd: ["A"], ExtraHosts: ["a:1.1.1.1"], Tmpfs: { "/tmp": "", "/data": "" } },
  };
  const table: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ["nothing", { user: undefined, host: {} }, theirs],
    ["an image keeps the command", { image: "api:dev", host: {} }, { ...theirs, image: "api:dev" }],
    ["a command", { command: ["npm"], host: {} }, {
      image: "api:1",
      command: ["npm"],
      user: "7",
      host: theirs.host,
    }],
    ["a program", { entrypoint: ["sh"], host: {} }, {
      image: "api:1",
      entrypoint: ["sh"],
      user: "7",
      host: theirs.host,
    }],
    ["lists are joined", {
      user: "8",
      volumes: ["/x:/data"],
      host: { Memory: 2, CapAdd: ["B"], ExtraHosts: ["a:2.2.2.2"], Tmpfs: { "/run": "" } },
    }, {
      ...theirs,
      user: "8",
      volumes: ["/x:/data"],
      host: {
        Memory: 2,
        CapAdd: ["B", "A"],
        ExtraHosts: ["a:2.2.2.2", "a:1.1.1.1"],
        Tmpfs: { "/tmp": "", "/run": "" },
      },
    }],
  ];
  for (const [what, typed, expected] of table) {
    assert.deepEqual(overridden(theirs, typed, takenPaths(typed, [], [])), expected, what);
  }
});

Deno.test("where files are synced or something is mounted, no tmpfs hides it and no note misses it", () => {
  const spec = {
    volumes: [{ name: "data", emptyDir: {} }, { name: "conf", configMap: { name: "c" } }],
  };
  const container = {
    volumeMounts: [{ name: "data", mountPath: "/data" }, { name: "conf", mountPath: "/etc/conf" }],
  };
  const own: V1Container = { name: "app", ...container };
  const pod = { spec: { containers: [own], ...spec } };
  const { options, mounts } = likeContainer({ pod, container: own, image: "i" }, {
    variables: new Map(),
    cpus: 2,
  });
  const path = (remote: string, local = remote) => ({ remote, local });
  const table: [string, Parameters<typeof takenPaths>[0], ReturnType<typeof path>[], string[], number][] = [
    ["nothing", {}, [], ["/data"], 1],
    ["all volumes", {}, [path("volumes")], [], 0],
    ["a path of its own", {}, [path("/etc/conf")], ["/data"], 0],
    ["at another place", {}, [path("/etc/conf", "/conf")], ["/data"], 1],
    ["a folder above", {}, [path("/etc")], ["/data"], 0],
    ["a folder below", {}, [path("/data/large")], ["/data"], 1],
    ["a volume", { volumes: ["/here:/data:ro"] }, [], [], 1],
    [
      "a mount",
      { host: { Mounts: [{ Type: "bind", Source: "/x", Target: "/etc/conf" }] } },
      [],
      ["/data"],
      0,
    ],
  ];
  for (const [what, typed, wanted, tmpfs, notes] of table) {
    const taken = takenPaths(typed, wanted, mounts);
    const { host } = overridden(options, typed, taken);
    assert.deepEqual(Object.keys(host?.Tmpfs ?? {}), tmpfs, what);
    assert.equal(absentVolumes(mounts, taken).length, notes, what);
  }
});

Deno.test("a bridge leads to the ports that the container declares", () => {
  const target = { kind: "Deployment", name: "api" };
  const container: V1Container = {
    name: "app",
    ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }],
  };
  assert.deepEqual(portsToBridge(container, target), [
    { remote: 80, local: 80, protocol: "TCP" },
    { remote: 53, local: 53, protocol: "UDP" },
  ]);
  assert.throws(() => portsToBridge({ name: "app" }, target), { id: "port-missing", exit: "usage" });
  assert.throws(() => portsToBridge(container, { ...target, kind: "Service" }), { id: "port-missing" });
});
