/** A container that Gefyra did not start: attached, bridged, and left as it was. */
import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { docker, eventually, sandbox, tryDocker } from "../../docker.ts";
import { gefyra, inShell, programFile, tryGefyra } from "../harness/gefyra.ts";
import { CONNECTION } from "../harness/names.ts";
import { ordered, SOON_MS } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

Deno.test("attach", async (t) => {
  await using place = await testEnv("attach");
  await using box = sandbox();
  const step = ordered(t);
  const n = ["-n", place.namespace];
  await place.applyUnasked([tools()]);
  await place.apply(workload("web"));
  await gefyra("up");
  const network = await box.network("project", []);
  const server = (name: string) =>
    box.run(
      name,
      ["--init", "--network", network, "--network-alias", name, "--workdir", "/srv"],
      "pyserver",
      ["sh", "-c", `echo from ${name} > index.html; exec python3 -m http.server 8000`],
    );
  const [own] = await Promise.all([server("own"), server("db")]);
  const fetch = (url: string) =>
    docker([
      ...["exec", own, "python3", "-c"],
      `import urllib.request as u; print(u.urlopen("${url}", timeout=5).read().decode())`,
    ]);
  await eventually(() => fetch("http://db:8000"));
  const snapshot = async () => {
    const [{ Id, State, NetworkSettings }] = JSON.parse(await docker(["inspect", own]));
    const files = "cat /etc/resolv.conf /etc/hosts /proc/net/route";
    return {
      ...{ Id, pid: State.Pid, networks: NetworkSettings.Networks },
      seen: await docker(["exec", own, "sh", "-c", files]),
    };
  };
  const before = await snapshot();

  await step("it gets the cluster's names and routes, and keeps its neighbour", async () => {
    const { stdout } = await gefyra("attach", own, ...n);
    assert.equal(stdout, own);
    for (const name of ["web", `web.${place.namespace}`, `web.${place.namespace}.svc.cluster.local`]) {
      assert.match(await fetch(`http://${name}`), /hello/i, name);
    }
    assert.match(await fetch("http://db:8000"), /from db/);
    const { stdout: listed } = await gefyra("list", "--containers");
    assert.match(listed, new RegExp(`${own} .*${place.namespace}.*Up .*, attached`));
  });

  await step("attached again it stays as it is; its owner alone stops and removes it", async () => {
    const helper = () => docker(["inspect", "--format", "{{.Id}}", `gefyra-attach-${own}`]);
    const id = await helper();
    await gefyra("attach", own, ...n);
    assert.equal(await helper(), id);
    for (const words of [["stop", own], ["restart", own], ["rm", "--force", own]]) {
      const { code, stderr } = await tryGefyra(words);
      assert.equal(code, 8, stderr);
      assert.match(stderr, /Gefyra did not start it/);
    }
    const { stdout } = await gefyra("exec", own, "--", "cat", "/srv/index.html");
    assert.match(stdout, /from own/);
  });

  await step("it gets a bridge's traffic, and is not detached while it does", async () => {
    await place.bridge(own, "web");
    await eventually(async () => assert.match(await place.ask("http://web"), /from own/));
    const refused = await tryGefyra(["detach", own]);
    assert.equal(refused.code, 8, refused.stderr);
    assert.match(refused.stderr, /bridge "web" leads to app/);
    assert.match(await place.ask("http://web"), /from own/);
  });

  await step("detached with its bridge, it is as it was, and the original serves", async () => {
    await gefyra("detach", "--force", own);
    assert.deepEqual(await snapshot(), before);
    assert.match(await place.ask("http://web"), /hello/i);
    assert.match(await fetch("http://db:8000"), /from db/);
    const again = await tryGefyra(["detach", own]);
    assert.equal(again.code, 3, again.stderr);
  });

  await step("a Dev Container is attached when it starts, as docs/attach.md says", async () => {
    const name = `${box.name}-dev`, folder = `${place.folder}/dev`;
    const page = await Deno.readTextFile(new URL("../../../docs/attach.md", import.meta.url));
    const [, json = ""] = /^```json\n(.*?)^```/ms.exec(page) ?? [];
    const own = json.replaceAll("shop-dev", name).replace(" -n shop ", ` ${n.join(" ")} `)
      .replace(/"image": ".*"/, '"image": "pyserver"').replace("/tmp/", `${folder}/`);
    await Deno.mkdir(`${folder}/.devcontainer`, { recursive: true });
    await Deno.writeTextFile(`${folder}/.devcontainer/devcontainer.json`, own);
    await programFile(`${folder}/gefyra`);
    const cli = `'${Deno.execPath()}' run --allow-all ${config.imports["@devcontainers/cli"]}`;
    try {
      await inShell(`PATH="$PWD:$PATH" ${cli} up --workspace-folder .`, folder);
      await eventually(async () => {
        assert.match(
          await docker(["exec", name, "curl", "--silent", "--max-time", "4", "http://web"]),
          /hello/,
        );
      }, SOON_MS);
      await gefyra("detach", name);
    } finally {
      await tryDocker(["rm", "--force", name]);
      await tryDocker(["network", "rm", name]);
    }
  });

  await step("two commands attach it at once, and both are right", async () => {
    const both = await Promise.all([gefyra("attach", own, ...n), gefyra("attach", own, ...n)]);
    assert.deepEqual(both.map(({ stdout }) => stdout), [own, own]);
    assert.match(await fetch("http://web"), /hello/i);
  });

  await step("down leaves it as it was", async () => {
    assert.match(await fetch("http://web"), /hello/i);
    await gefyra("down", "--connection", CONNECTION);
    assert.deepEqual(await snapshot(), before);
    assert.match(await fetch("http://db:8000"), /from db/);
  });
});
