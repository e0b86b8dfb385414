import assert from "node:assert/strict";
import { VERSION } from "../../lib/names.ts";
import { makePortableUser } from "../portable.ts";

Deno.test("the portable program runs where there is no Deno", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-portable-" });
  try {
    const user = await makePortableUser(folder);
    const gefyra = async (args: string[], env: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await new Deno.Command(user.program, {
        ...user.options,
        args,
        env: { ...user.env, PATH: "/usr/bin:/bin", TMPDIR: `${folder}/empty`, ...env },
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };
    const cache = `${folder}/home/.cache/gefyra/program`;
    const folders = () => [...Deno.readDirSync(cache)].map(({ name }) => name);
    const version = { code: 0, stdout: `${VERSION}\n`, stderr: "" };

    await t.step("also when two start at once", async () => {
      const both = await Promise.all([gefyra(["--version"]), gefyra(["--version"])]);
      assert.deepEqual(both, [version, version]);
      assert.equal(folders().filter((name) => /^[0-9a-f]{64}$/.test(name)).length, 1);
      assert.ok(!folders().some((name) => name.startsWith(".")), folders().join(" "));
    });
    await t.step("it reaches Docker, and names what is missing of a cluster", async () => {
      const { code, stderr } = await gefyra(["up"], { KUBECONFIG: "", GEFYRA_CONNECTION: "portable-test" });
      assert.equal(code, 4, stderr);
      assert.match(stderr, /^Error: Cannot find a cluster: there is no kubeconfig/);
    });
    await t.step("a file of it that is gone comes back", async () => {
      const [digest = ""] = folders().filter((name) => name.length === 64);
      await Deno.remove(`${cache}/${digest}/program/gefyra.js`);
      assert.deepEqual(await gefyra(["--version"]), version);
    });
    await t.step("a cache that is read-only is used as it is", async () => {
      const temporary = `${folder}/empty`;
      await Deno.chmod(cache, 0o555);
      assert.deepEqual(await gefyra(["--version"]), version);
      assert.deepEqual([...Deno.readDirSync(temporary)], []);
    });
    await t.step("an empty cache that is read-only: it is unpacked elsewhere", async () => {
      const cache = `${folder}/none`, temporary = `${folder}/temporary`;
      await Deno.writeTextFile(cache, "a file in the place of a folder, for root, too");
      await Deno.mkdir(temporary);
      await Deno.chmod(temporary, 0o777);
      assert.deepEqual(await gefyra(["--version"], { XDG_CACHE_HOME: cache, TMPDIR: temporary }), version);
      const { code, stderr } = await gefyra(["--version"], { XDG_CACHE_HOME: cache, TMPDIR: cache });
      assert.equal(code, 1);
      assert.match(stderr, /^Error: Cannot start gefyra: .*\n.*\n {2}→ set GEFYRA_CACHE_DIR/);
    });
    await t.step("a file that was cut or changed on the way does not start", async () => {
      const bytes = await Deno.readFile(user.program), middle = bytes.length / 2 | 0;
      bytes[middle] = bytes[middle]! ^ 1;
      await Deno.writeFile(user.program, bytes);
      const changed = await gefyra(["--version"], { GEFYRA_CACHE_DIR: `${folder}/home/new` });
      assert.match(changed.stderr, /^Error: Cannot start gefyra: this file is damaged/);
      await Deno.truncate(user.program, bytes.length - 100);
      assert.match(
        (await gefyra(["--version"])).stderr,
        /^Error: Cannot start gefyra: this file is not complete/,
      );
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
