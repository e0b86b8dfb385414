/** The two ends of `gefyra run --sync`, in two containers: real rsync in TLS, with a pod's rights on one side. */
import assert from "node:assert/strict";
import { contract } from "../../lib/contract.ts";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, exec, type Sandbox, sandbox, tryDocker } from "../docker.ts";

const { files, filesInPod } = contract.paths;
const BASH = "/opt/carrier/bin/bash";

interface Share {
  name: string;
  path: string;
  write?: boolean;
  file?: string;
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** As the ephemeral container: without a capability. `user` has no name in the image. */
async function startPod(box: Sandbox, network: string, user: string): Promise<string> {
  const limits = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
  return await box.run(
    "pod",
    [
      ...["--network", network, "--tmpfs", "/pod:mode=1777", "--user", user],
      ...limits,
      ...["--entrypoint", filesInPod],
    ],
    imageOf("carrier"),
    ["serve", "0.0.0.0", "60"],
  );
}

async function startLocal(box: Sandbox, network: string, name: string, tmpfs: string): Promise<string> {
  const rights = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID"].flatMap((one) => ["--cap-add", one]);
  return await box.run(
    name,
    [
      ...["--network", network, "--tmpfs", tmpfs, "--cap-drop", "ALL", ...rights],
      ...["--entrypoint", files],
    ],
    imageOf("cargo"),
    ["follow"],
  );
}

const identityOf = (local: string) => exec(local, files, "identity");

async function allow(pod: string, peer: string, shares: Share[]) {
  const asked = { peer, shares: shares.map(({ file: _, ...share }) => share) };
  return JSON.parse(await docker(["exec", "-i", pod, filesInPod, "allow"], json(asked)));
}

async function join(
  local: string,
  pod: string,
  offer: { address: string; identity: string },
  shares: Share[],
) {
  const format = "{{ range .NetworkSettings.Networks }}{{ .IPAddress }}{{ end }}";
  const ip = await docker(["inspect", "--format", format, pod]);
  const followed = shares.map(({ name, file, write = false }) => ({
    ...{ name, file, back: write, folder: `/sync/${name}` },
  }));
  for (const { folder } of followed) await exec(local, "mkdir", "-p", folder);
  const address = `${ip}:${offer.address.split(":").at(-1)}`;
  const session = { ...offer, address, pod: "test/pod", shares: followed };
  await docker(["exec", "-i", local, files, "join"], json(session));
  return session;
}

const statusOf = async (local: string) => JSON.parse(await exec(local, files, "status"));

/** Once all shares have been here whole. */
const filled = (local: string) =>
  eventually(async () => {
    const status = await statusOf(local);
    assert.ok(status.connected && status.shares.length, JSON.stringify(status));
    assert.ok(status.shares.every((one: { filled: boolean }) => one.filled), JSON.stringify(status));
  }, 30_000);

const inPod = (pod: string, script: string) => exec(pod, BASH, "-c", script);
/** Names, kinds, modes, owners, links, sizes and contents. */
const LISTING =
  "find . -mindepth 1 -printf '%p|%y|%m|%U|%G|%n|%l|%T@\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum";

Deno.test("files of a pod are in a local container, as they are there", async (t) => {
  await using box = sandbox();
  const network = await box.network("net", []);
  const [pod, local] = await Promise.all([
    startPod(box, network, "12345:54321"),
    startLocal(box, network, "local", "/sync"),
  ]);
  // As the kubelet writes a ConfigMap, and everything else that a volume may have.
  await inPod(
    pod,
    `mkdir -p /pod/conf/..one /pod/odd && cd /pod/conf && echo 1 >..one/app && ln -s ..one ..data && ln -s ..data/app app
    cd /pod/odd && echo x >' sp ace' && echo y >$'new\\nline' && echo z >$'\\xff\\xfe' && echo u >'ünï' && echo d >-dash
    ln ' sp ace' hard && truncate -s 50M sparse && echo end >>sparse && chmod 2750 . && touch -d '2001-02-03 04:05:06.789' hard
    mkdir empty && chmod 0400 -- -dash`,
  );
  const shares: Share[] = [
    { name: "s0", path: "/pod/conf" },
    { name: "s1", path: "/pod/odd" },
    { name: "s2", path: "/pod/conf/app", file: "app" },
  ];
  const peer = await identityOf(local);
  const offer = await allow(pod, peer, shares);
  assert.deepEqual(offer.shares.map((one: { kind: string }) => one.kind), ["directory", "directory", "file"]);
  const session = await join(local, pod, offer, shares);
  await filled(local);

  await t.step("names, modes, owners, times, links and holes", async () => {
    for (const [here, there] of [["s0", "conf"], ["s1", "odd"]]) {
      const listing = await exec(local, "bash", "-c", `cd /sync/${here} && ${LISTING}`);
      assert.equal(listing, await inPod(pod, `cd /pod/${there} && ${LISTING}`));
      assert.match(listing, /\|12345\|54321\|/);
    }
    assert.ok(Number((await exec(local, "du", "-k", "/sync/s1/sparse")).split("\t")[0]) < 1_000);
    assert.equal(await exec(local, "cat", "/sync/s2/app"), "1");
  });

  await t.step("a change is here within seconds, and its link never leads to nothing", async () => {
    const watch = `for i in $(seq 400); do cat /sync/s0/app || exit 1; sleep 0.02; done`;
    const watching = tryDocker(["exec", local, "bash", "-c", watch]);
    const start = performance.now();
    await inPod(
      pod,
      "cd /pod/conf && mkdir ..two && echo 2 >..two/app && ln -s ..two next && mv -T next ..data && rm -r ..one",
    );
    await eventually(async () => {
      assert.equal(await exec(local, "cat", "/sync/s0/app"), "2");
      assert.equal(await exec(local, "cat", "/sync/s2/app"), "2");
      assert.equal((await tryDocker(["exec", local, "ls", "/sync/s0/..one"])).code, 2);
    }, 5_000);
    assert.ok(performance.now() - start < 5_000);
    const { code, stderr } = await watching;
    assert.equal(code, 0, stderr);
  });

  await t.step("a file that grows while it is copied is never torn, and whole in the end", async () => {
    const grow = "cd /pod/odd && for i in $(seq 200); do printf '%0100000d' $i >>growing; sleep 0.02; done";
    let grows = true, seen = 0;
    const growing = inPod(pod, grow).finally(() => grows = false);
    const copy = "cp /sync/s1/growing /tmp/copy 2>/dev/null && stat -c %s /tmp/copy && sha256sum </tmp/copy";
    const look = async () => {
      const { code, stdout } = await tryDocker(["exec", local, "bash", "-c", copy]);
      if (code !== 0) return 0;
      const [size = "", sum = ""] = stdout.split("\n");
      assert.equal(sum, await inPod(pod, `head -c ${size} /pod/odd/growing | sha256sum`), `of ${size} bytes`);
      return Number(size);
    };
    while (grows) if (await look() > 0) seen++;
    await growing;
    assert.ok(seen > 0, "nothing came meanwhile");
    await eventually(async () => assert.equal(await look(), 200 * 100_000));
  });

  await t.step("another client, and whoever shows no key, is refused", async () => {
    const other = await startLocal(box, network, "other", "/sync");
    await identityOf(other);
    await join(other, pod, offer, shares);
    await eventually(async () => {
      const { connected, problem } = await statusOf(other);
      assert.equal(connected, false);
      assert.match(problem, /bad certificate|closed|reset/);
    });
    assert.equal(await exec(other, "find", "/sync", "-type", "f"), "");
    assert.match(await docker(["logs", pod]), /the other end's key is not the one that is expected/);
  });

  await t.step("another pod is refused", async () => {
    const wrong = { ...offer, identity: "0".repeat(64) };
    await join(local, pod, wrong, shares);
    await eventually(async () =>
      assert.match((await statusOf(local)).problem ?? "", /the other end's key is not the one/)
    );
    await join(local, pod, offer, shares);
    await filled(local);
  });

  await t.step("what is not shared is not read, and nothing is written", async () => {
    const rsync = (...args: string[]) => tryDocker(["exec", local, "rsync", "-e", "files dial", ...args]);
    assert.notEqual((await rsync("-r", "pod:/pod/", "/sync/all")).code, 0);
    assert.notEqual((await rsync("-r", "pod:s0/../", "/sync/all")).code, 0);
    assert.notEqual((await rsync("-r", "--remove-source-files", "pod:s0/", "/sync/all")).code, 0);
    assert.notEqual((await rsync("-r", "/etc/hostname", "pod:s0/")).code, 0);
    assert.equal((await rsync("-r", "pod:s0/", "/sync/all")).code, 0);
    assert.match(await inPod(pod, "ls /pod/conf"), /^app$/m);
  });

  await t.step("both ends restart or fall silent, and go on", async () => {
    await docker(["restart", "--time", "1", local]);
    assert.equal(await identityOf(local), peer);
    await docker(["network", "disconnect", network, local]);
    await inPod(pod, "echo 3 >/pod/odd/later");
    await docker(["network", "connect", network, local]);
    // The restarted container's tmpfs is empty.
    await exec(local, "mkdir", "-p", "/sync/s0", "/sync/s1", "/sync/s2");
    await docker(["exec", "-i", local, files, "join"], json(session));
    await eventually(async () => assert.equal(await exec(local, "cat", "/sync/s1/later"), "3"), 30_000);
  });

  await t.step("the pod's end goes soon after its client", async () => {
    await exec(local, files, "leave");
    await eventually(async () => {
      const state = await docker(["inspect", "--format", "{{.State.Running}} {{.State.ExitCode}}", pod]);
      assert.equal(state, "false 0", await docker(["logs", pod]));
    }, 20_000);
    assert.match(await docker(["logs", pod]), /ending: no client/);
  });
});

Deno.test("a full disk is said, and never leaves a part of a file under its name", async () => {
  await using box = sandbox();
  const network = await box.network("net", []);
  const [pod, local] = await Promise.all([
    startPod(box, network, "0:0"),
    startLocal(box, network, "local", "/sync:size=8m"),
  ]);
  await inPod(pod, "mkdir /pod/data && cd /pod/data && echo small >a && head -c 20000000 /dev/urandom >big");
  const shares = [{ name: "s0", path: "/pod/data" }];
  await join(local, pod, await allow(pod, await identityOf(local), shares), shares);
  await eventually(async () => {
    const [share] = (await statusOf(local)).shares;
    assert.match(share.problem ?? "", /No space left on device/);
    assert.equal(share.filled, false);
  }, 30_000);
  assert.equal((await tryDocker(["exec", local, "ls", "/sync/s0/big"])).code, 2);
  await inPod(pod, "rm /pod/data/big");
  await filled(local);
  assert.equal(await exec(local, "cat", "/sync/s0/a"), "small");
});

Deno.test("what changes in the app container goes to the pod, and nothing is lost there", async () => {
  await using box = sandbox();
  const network = await box.network("net", []);
  const [pod, local] = await Promise.all([
    startPod(box, network, "12345:54321"),
    startLocal(box, network, "local", "/sync"),
  ]);
  await inPod(pod, "mkdir /pod/data && echo pod >/pod/data/there");
  const shares = [{ name: "s0", path: "/pod/data", write: true }];
  await join(local, pod, await allow(pod, await identityOf(local), shares), shares);
  await filled(local);
  assert.equal(await exec(local, "cat", "/sync/s0/there"), "pod");
  await exec(local, "bash", "-c", "echo local >/sync/s0/here");
  await eventually(async () => assert.equal(await inPod(pod, "cat /pod/data/here"), "local"));
  assert.equal(await inPod(pod, "cat /pod/data/there"), "pod");
});
