import assert from "node:assert/strict";
import { bundle, runFlags, withImportOf, withoutModule, withoutPackage } from "./bundle.ts";
import { VERSION } from "../lib/names.ts";

Deno.test("what a module that is left out would have brought is undefined, before anything uses it", () => {
  const named = `a(b);import{B as b,C as $c}from"./x/y.js";export{b,$c}`;
  assert.deepEqual(withoutModule(named, "./x/y.js"), {
    code: "const{B:b,C:$c}={};a(b);export{b,$c}",
    count: 1,
  });
  const all = `import*as n from"./z.js";f(n)`;
  assert.deepEqual(withoutModule(all, "./z.js"), { code: "const n={};f(n)", count: 1 });
  assert.deepEqual(withoutModule("a();", "./z.js"), { code: "a();", count: 0 });
});

Deno.test("a package that is left out is an empty object wherever it is required", () => {
  const code = `var a=g("ssh2").Client,b=g("ssh2-streams"),$=$r("ssh2");`;
  assert.deepEqual(withoutPackage(code, "ssh2"), {
    code: `var a=({}).Client,b=g("ssh2-streams"),$=({});`,
    count: 2,
  });
});

Deno.test("a file stands for a package of which few parts are used", () => {
  const code = `import{fetch as f}from"undici";import{A}from"undici";import b from"undici-types";`;
  assert.deepEqual(withImportOf(code, "undici", "./undici.js"), {
    code: `import{fetch as f}from"./undici.js";import{A}from"./undici.js";import b from"undici-types";`,
    count: 2,
  });
});

Deno.test("the bundle runs by itself: no configuration, no package, only what it is allowed", async (t) => {
  const work = await Deno.makeTempDir();
  try {
    const program = await bundle(`${work}/program`);
    // Nothing can be taken from Deno's folder, and nothing be fetched.
    const env = {
      DENO_DIR: `${work}/cache`,
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
      KUBECONFIG: `${work}/none`,
    };
    await Deno.mkdir(`${work}/empty`);
    const run = async (...args: string[]) => await runWith({}, ...args);
    const runWith = async (others: Record<string, string>, ...args: string[]) => {
      const options = { args, env: { ...env, ...others }, cwd: `${work}/empty` };
      const command = new Deno.Command(Deno.execPath(), options);
      const { code, stdout, stderr } = await command.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };
    const gefyra = (...args: string[]) => run(...runFlags, program, ...args);

    await t.step("the root's help loads no command", async () => {
      assert.deepEqual(await gefyra("--version"), { code: 0, stdout: `${VERSION}\n`, stderr: "" });
      const { stdout } = await run("info", "--json", "--no-config", program);
      const { modules } = JSON.parse(stdout) as { modules: Module[] };
      const size = sizeAtStart(modules, new URL(`file://${await Deno.realPath(program)}`).href);
      assert.ok(size > 10_000 && size < 100_000, `${size} bytes are loaded at each start`);
    });
    await t.step("a command is loaded when it is named", async () => {
      for (const name of ["run", "lab", "support-bundle"]) {
        const { code, stdout, stderr } = await gefyra(name, "--help");
        assert.deepEqual([code, stderr], [0, ""]);
        assert.match(stdout, new RegExp(`^Usage: gefyra ${name}\\b`));
      }
    });
    await t.step("the clients of Docker and of the cluster are in it", async () => {
      assert.match((await gefyra("list")).stderr, /^Error: Cannot reach Docker/);
      assert.match((await gefyra("install")).stderr, /^Error: Cannot find a cluster/);
    });
    await t.step("a server behind a proxy is asked through it", async () => {
      using proxy = refusingProxy();
      const kubeconfig = `${work}/kubeconfig`;
      await Deno.writeTextFile(kubeconfig, kubeconfigWith(`http://127.0.0.1:${proxy.port}`));
      await runWith({ KUBECONFIG: kubeconfig }, ...runFlags, program, "install");
      assert.equal(proxy.heard[0], "CONNECT api.example:6443 HTTP/1.1");
    });
    await t.step("answers have every form", async () => {
      assert.match((await gefyra("version", "-o", "yaml")).stdout, /^deno: /m);
      assert.match((await gefyra("up", "--dry-run")).stdout, /^kind: Deployment$/m);
      assert.equal((await gefyra("version", "-o", "jsonpath={.gefyra}")).stdout, VERSION);
    });
    await t.step("standard input may be a file", async () => {
      const dryRun = ["install", "--dry-run", "-o", "json", "--values", "/dev/stdin"];
      const child = new Deno.Command(Deno.execPath(), {
        args: [...runFlags, program, ...dryRun],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const output = child.output();
      await new Response("registry: registry.example/team").body!.pipeTo(child.stdin);
      assert.match(new TextDecoder().decode((await output).stdout), /"registry\.example\/team\/operator:/);
    });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
});

/** Hears the first line of each request, and refuses it. */
function refusingProxy() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), heard: string[] = [];
  (async () => {
    for await (const connection of listener) {
      const bytes = new Uint8Array(1_024), count = await connection.read(bytes) ?? 0;
      heard.push(new TextDecoder().decode(bytes.subarray(0, count)).split("\r\n")[0]!);
      await connection.write(
        new TextEncoder().encode("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n"),
      );
      connection.close();
    }
  })();
  return { port: listener.addr.port, heard, [Symbol.dispose]: () => listener.close() };
}

const kubeconfigWith = (proxy: string) =>
  JSON.stringify({
    "current-context": "far",
    contexts: [{ name: "far", context: { cluster: "far", user: "far" } }],
    clusters: [{ name: "far", cluster: { server: "https://api.example:6443", "proxy-url": proxy } }],
    users: [{ name: "far", user: { token: "none" } }],
  });

interface Module {
  specifier: string;
  size?: number;
  dependencies?: { code?: { specifier?: string }; isDynamic?: boolean }[];
}

/** The bytes of a module and of all that it imports statically. */
function sizeAtStart(modules: Module[], entry: string): number {
  const seen = new Set<string>(), waiting = [entry];
  let bytes = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const module = modules.find(({ specifier }) => specifier === next);
    if (!module || seen.has(next)) continue;
    seen.add(next);
    bytes += module.size ?? 0;
    const imports = module.dependencies?.filter(({ isDynamic }) => !isDynamic) ?? [];
    waiting.push(...imports.flatMap(({ code }) => code?.specifier ?? []));
  }
  return bytes;
}
