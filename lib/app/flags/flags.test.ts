import assert from "node:assert/strict";
import { type FlagTexts, parseFlags } from "./flags.ts";

const none: FlagTexts = {
  addHost: [],
  capAdd: [],
  capDrop: [],
  label: [],
  mount: [],
  network: [],
  tmpfs: [],
  ulimit: [],
};
const parsed = (texts: Partial<FlagTexts>) => parseFlags({ ...none, ...texts }, (path) => `/abs/${path}`);
const device = { Driver: "", Count: 0, DeviceIDs: [], Capabilities: [["gpu"]], Options: {} };

Deno.test("without options nothing is set", () => {
  assert.deepEqual(parsed({}), { host: {}, labels: {}, networks: [], interactive: false, tty: false });
});

Deno.test("options reach Docker as docker run sets them", () => {
  const table: [Partial<FlagTexts>, Record<string, unknown>][] = [
    [{ memory: "512m" }, { Memory: 512 * 1024 ** 2 }],
    [{ memory: "1.5GiB" }, { Memory: 1.5 * 1024 ** 3 }],
    [{ memory: "1024" }, { Memory: 1024 }],
    [{ shmSize: "64KB" }, { ShmSize: 65536 }],
    [{ cpus: "1.5" }, { NanoCpus: 1_500_000_000 }],
    [{ cpus: ".000000001" }, { NanoCpus: 1 }],
    [{ capAdd: ["net_admin", "CAP_SYS_TIME"], capDrop: ["all"] }, {
      CapAdd: ["NET_ADMIN", "CAP_SYS_TIME"],
      CapDrop: ["ALL"],
    }],
    [{ addHost: ["db:10.0.0.1", "v6:[::1]", "v6:fd00::1", "me=host-gateway"] }, {
      ExtraHosts: ["db:10.0.0.1", "v6:::1", "v6:fd00::1", "me:host-gateway"],
    }],
    [{ init: true, readOnly: true }, { Init: true, ReadonlyRootfs: true }],
    [{ restart: "on-failure:3" }, { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 } }],
    [{ restart: "no", rm: true }, { RestartPolicy: { Name: "no", MaximumRetryCount: 0 } }],
    [{ ulimit: ["nofile=10:20", "core=0", "stack=-1"] }, {
      Ulimits: [
        { Name: "nofile", Soft: 10, Hard: 20 },
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "stack", Soft: -1, Hard: -1 },
      ],
    }],
    [{ tmpfs: ["/tmp", "/run:size=1m,mode=1777"] }, { Tmpfs: { "/tmp": "", "/run": "size=1m,mode=1777" } }],
    [{ gpus: "all" }, { DeviceRequests: [{ ...device, Count: -1 }] }],
    [{ gpus: "2" }, { DeviceRequests: [{ ...device, Count: 2 }] }],
    [{ gpus: '"device=0,1",driver=nvidia,capabilities=compute' }, {
      DeviceRequests: [{
        ...device,
        Driver: "nvidia",
        DeviceIDs: ["0", "1"],
        Capabilities: [["gpu", "compute"]],
      }],
    }],
  ];
  for (const [texts, host] of table) assert.deepEqual(parsed(texts).host, host, JSON.stringify(texts));
});

Deno.test("mounts are written as docker writes them", () => {
  const table: [string, Record<string, unknown>][] = [
    ["type=bind,source=src,target=/src,readonly", {
      Type: "bind",
      Source: "/abs/src",
      Target: "/src",
      ReadOnly: true,
    }],
    ["src=cache,dst=/cache", { Type: "volume", Source: "cache", Target: "/cache" }],
    ["target=/anonymous,volume-nocopy", {
      Type: "volume",
      Source: "",
      Target: "/anonymous",
      VolumeOptions: { NoCopy: true },
    }],
    ['type=bind,"src=a,b",dst=/x,ro=false,bind-propagation=rslave', {
      Type: "bind",
      Source: "/abs/a,b",
      Target: "/x",
      BindOptions: { Propagation: "rslave" },
    }],
    ["type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770", {
      Type: "tmpfs",
      Source: "",
      Target: "/t",
      TmpfsOptions: { SizeBytes: 1024 ** 2, Mode: 0o1770 },
    }],
  ];
  for (const [text, mount] of table) assert.deepEqual(parsed({ mount: [text] }).host.Mounts, [mount], text);
});

Deno.test("labels, names and networks", () => {
  const flags = parsed({
    label: ["a=1", "b", "c=x=y"],
    network: ["web", "web", "db"],
    hostname: "api-0.shop",
    entrypoint: "",
    platform: "linux/arm64/v8",
    tty: true,
    interactive: true,
  });
  assert.deepEqual(flags, {
    host: {},
    labels: { a: "1", b: "", c: "x=y" },
    networks: ["web", "db"],
    hostname: "api-0.shop",
    entrypoint: [""],
    platform: "linux/arm64/v8",
    tty: true,
    interactive: true,
  });
});

Deno.test("everything that is invalid is reported, in one usage error", () => {
  const table: [Partial<FlagTexts>, RegExp][] = [
    [{ memory: "12q" }, /--memory "12q": it is not a size/],
    [{ memory: "-1" }, /--memory/],
    [{ memory: "" }, /--memory/],
    [{ memory: "5ib" }, /--memory/],
    [{ cpus: "many" }, /--cpus/],
    [{ cpus: "0" }, /--cpus/],
    [{ cpus: "1.0000000001" }, /--cpus/],
    [{ addHost: ["db"] }, /--add-host "db": it is not NAME:ADDRESS/],
    [{ addHost: ["db:nowhere"] }, /--add-host/],
    [{ capAdd: ["net-admin"] }, /--cap-add/],
    [{ label: ["=x"] }, /--label "=x": it has no name/],
    [{ label: ["dev.gefyra.role=cargo"] }, /Gefyra's own/],
    [{ mount: ["type=bind,target=/x"] }, /needs a source/],
    [{ mount: ["type=nfs,target=/x"] }, /its type/],
    [{ mount: ["source=x"] }, /its target/],
    [{ mount: ["target=/x,what=1"] }, /"what" is not one of its keys/],
    [{ mount: ["target=/x,tmpfs-size=1m"] }, /tmpfs-size does not belong to type volume/],
    [{ mount: ["target=/x,ro=maybe"] }, /neither true nor false/],
    [{ mount: ['"target=/x'] }, /open quote/],
    [{ mount: ["type=tmpfs,target=/x,tmpfs-mode=9"] }, /octal/],
    [{ tmpfs: ["tmp"] }, /--tmpfs/],
    [{ ulimit: ["files=1"] }, /--ulimit/],
    [{ ulimit: ["nofile=2:1"] }, /soft limit/],
    [{ restart: "sometimes" }, /--restart/],
    [{ restart: "always:3" }, /--restart/],
    [{ restart: "always", rm: true }, /exclude each other/],
    [{ gpus: "some" }, /--gpus/],
    [{ gpus: "count=1,device=0" }, /both a count and devices/],
    [{ network: ["host"] }, /take the place/],
    [{ network: ["container:web"] }, /take the place/],
    [{ network: ["a b"] }, /not a network's name/],
    [{ hostname: "-a" }, /--hostname/],
    [{ hostname: "a".repeat(64) }, /--hostname/],
    [{ platform: "arm64 linux" }, /--platform/],
    [{ privileged: true }, /--privileged: .*--cap-add/],
    [{ memory: "x", cpus: "y" }, /--cpus "y".*; --memory "x"/],
  ];
  for (const [texts, message] of table) {
    assert.throws(
      () => parsed(texts),
      { id: "option-invalid", exit: "usage", message },
      JSON.stringify(texts),
    );
  }
});
