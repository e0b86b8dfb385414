/** The packages of a build with a small program, read and installed by the real tools. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { archiveName, systems } from "../../lib/release/facts.ts";
import { sums } from "../../scripts/compile.ts";
import { tarGz, zip } from "../../scripts/compile/archive.ts";
import { manPages } from "../../scripts/compile/man.ts";
import { buildWorkloads } from "../../scripts/images/workloads.ts";
import { buildPackages } from "../../scripts/packages/build.ts";
import { docker, eventually, exec, type Output, sandbox, tryDocker } from "../docker.ts";

const VERSION = "1.2.3";
const SERVER = "http://127.0.0.1:8000";
const encode = (text: string) => new TextEncoder().encode(text);
const program = encode(`#!/bin/sh\necho "gefyra ${VERSION}"\n`);

/** The archives, as `deno task compile` writes them. */
async function archives(dist: string): Promise<void> {
  const rest = [
    { name: "LICENSE", content: encode("free\n") },
    {
      name: "README.md",
      content: encode("Gefyra\n"),
    },
    ...Object.entries(await manPages(VERSION)).map(([name, page]) => ({
      name: `man/${name}`,
      content: encode(page),
    })),
  ];
  for (const system of systems) {
    const windows = system.startsWith("windows");
    const files = [{ name: windows ? "gefyra.exe" : "gefyra", content: program, executable: true }, ...rest];
    await Deno.writeFile(
      `${dist}/${archiveName(VERSION, system)}`,
      windows ? zip(files) : await tarGz(files),
    );
  }
  const names = systems.map((system) => archiveName(VERSION, system));
  await Deno.writeTextFile(`${dist}/SHA256SUMS`, await sums(dist, names));
}

Deno.test("packages", async (t) => {
  await buildWorkloads(() => {}, ["packager"]);
  await using box = sandbox();
  const machine = await box.run("machine", [], "packager:latest");
  const dist = await Deno.makeTempDir({ prefix: "gefyra-dist-" });
  try {
    await archives(dist);
    await buildPackages({ version: VERSION, dist, releases: SERVER });
    await exec(machine, "mkdir", "-p", "/srv/download");
    await docker(["cp", dist, `${machine}:/srv/download/v${VERSION}`]);
  } finally {
    await Deno.remove(dist, { recursive: true });
  }
  const folder = `/srv/download/v${VERSION}`;
  const packages = `${folder}/packages`;
  const shell = (script: string) => exec(machine, "sh", "-ec", script);
  await shell(`chmod -R a+rX /srv`);
  await docker([
    "exec",
    "--detach",
    machine,
    "python3",
    "-m",
    "http.server",
    "8000",
    "--bind",
    "127.0.0.1",
    "--directory",
    "/srv",
  ]);
  await eventually(() => exec(machine, "curl", "--silent", "--fail", `${SERVER}/`));
  const [, arch] = (await exec(machine, "uname", "-m")) === "aarch64" ? ["", "arm64"] : ["", "x64"];
  const linux = `${packages}/gefyra-${VERSION}-linux-${arch}`;

  await t.step("Ruby parses Homebrew's formula", async () => {
    assert.equal(await exec(machine, "ruby", "-wc", `${packages}/gefyra.rb`), "Syntax OK");
  });

  await t.step("Nix finds the source of each platform in the package", async () => {
    const expression = `with builtins; let
      lib = { optional = _: x: [ x ]; licenses.asl20 = ""; sourceTypes.binaryNativeCode = ""; };
      of = system: (import ${packages}/gefyra.nix {
        inherit lib;
        autoPatchelfHook = "";
        fetchurl = source: source;
        stdenv = { mkDerivation = package: package; cc.cc.lib = ""; hostPlatform = { inherit system; isLinux = true; }; };
      });
      one = of "x86_64-linux";
    in { inherit (one) pname version; sources = map (system: (of system).src) one.meta.platforms; }`;
    const { stdout, stderr } = await tryDocker([
      "exec",
      machine,
      "nix-instantiate",
      "--eval",
      "--strict",
      "--json",
      "--expr",
      expression,
    ]);
    const found = stdout ? JSON.parse(stdout) : stderr;
    const served = await exec(machine, "cat", `${folder}/SHA256SUMS`);
    assert.deepEqual([found.pname, found.version, found.sources?.length], ["gefyra", VERSION, 4], stderr);
    for (const { url, sha256 } of found.sources) {
      assert.ok(served.includes(`${sha256}  ${url.slice(url.lastIndexOf("/") + 1)}`), url);
      await exec(machine, "curl", "--silent", "--fail", "--output", "/dev/null", url);
    }
  });

  await t.step("dpkg installs and removes the package", async () => {
    await shell(`dpkg --install ${linux}.deb`);
    assert.equal(await exec(machine, "gefyra"), `gefyra ${VERSION}`);
    assert.equal(await exec(machine, "dpkg-query", "--search", "/usr/bin/gefyra"), "gefyra: /usr/bin/gefyra");
    // Slim images leave out what is there.
    const leftOut = / \/usr\/share\/(doc|man)\//;
    const changed = (await exec(machine, "dpkg", "--verify", "gefyra")).split("\n");
    assert.deepEqual(changed.filter((line) => line && !leftOut.test(line)), []);
    await shell("dpkg --purge gefyra");
    await shell("! test -e /usr/bin/gefyra && ! test -e /usr/share/doc/gefyra");
  });

  await t.step("rpm installs and removes the package", async () => {
    await shell(`rpm --root /rpm --initdb && rpm --root /rpm --install --nodeps ${linux}.rpm`);
    assert.equal(await exec(machine, "/rpm/usr/bin/gefyra"), `gefyra ${VERSION}`);
    const asked = await shell("rpm --root /rpm --query --queryformat '%{VERSION} %{LICENSE}' gefyra");
    assert.equal(asked, `${VERSION} Apache-2.0`);
    const requires = await shell(`rpm --query --requires --package ${linux}.rpm`);
    assert.deepEqual(requires.split("\n").filter((line) => !line.startsWith("rpmlib(")).sort(), [
      "glibc >= 2.28",
      "libgcc",
    ]);
    const pages = "/rpm/usr/share/man/man1";
    // A date would differ from build to build.
    const lint = `mandoc -T lint -W warning ${pages}/*.1 | grep -v 'missing date' || true`;
    assert.equal(await shell(lint), "");
    const page = await shell(`mandoc -T utf8 ${pages}/gefyra-run.1 | col -bx`);
    assert.match(page, /^ +gefyra-run - Run a local image[^]*^ +-i, --image <image>$/m);
    await shell("rpm --root /rpm --erase gefyra && ! test -e /rpm/usr/bin/gefyra");
  });

  await t.step("the package for the other architecture says so", async () => {
    const other = arch === "x64" ? "arm64" : "x64";
    const file = `${packages}/gefyra-${VERSION}-linux-${other}`;
    const names = other === "arm64" ? ["arm64", "aarch64"] : ["amd64", "x86_64"];
    assert.equal(await exec(machine, "dpkg-deb", "--field", `${file}.deb`, "Architecture"), names[0]);
    assert.equal(
      await exec(machine, "rpm", "--query", "--package", "--queryformat", "%{ARCH}", `${file}.rpm`),
      names[1],
    );
  });

  await t.step("the GitHub Action's first step installs the program for the next ones", async () => {
    await shell(`mkdir -p /srv/latest && ln -s ${packages} /srv/latest/download`);
    const action = parse(await Deno.readTextFile(new URL("../../action.yml", import.meta.url)));
    const { run } = action.runs.steps[0];
    for (const version of ["", VERSION]) {
      // A release has its files in one folder.
      if (version) await shell(`cp ${packages}/install.sh ${folder}`);
      const temp = `/tmp/runner${version}`;
      const env = { VERSION: version, RELEASES: SERVER, RUNNER_TEMP: temp, GITHUB_PATH: `${temp}/path` };
      const variables = Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
      await shell(`mkdir ${temp}`);
      // As GitHub starts `shell: bash`.
      await docker([
        "exec",
        ...variables,
        machine,
        "bash",
        "--noprofile",
        "--norc",
        "-eo",
        "pipefail",
        "-c",
        run,
      ]);
      assert.equal(await shell(`$(cat ${temp}/path)/gefyra`), `gefyra ${VERSION}`);
    }
  });

  await t.step("install.sh", async (t) => {
    let users = 0;
    /** As a user without rights, with a home of its own each time. */
    const user = async (prepare = "true") => {
      const home = `/tmp/home-${++users}`;
      const run = (script: string): Promise<Output> =>
        tryDocker(["exec", "--user", "65534:65534", "--env", `HOME=${home}`, machine, "sh", "-ec", script]);
      await run(`mkdir -p ${home}/.local/bin; ${prepare}`);
      const install = (env = "", args = "") => run(`${env} sh ${packages}/install.sh ${args}`);
      const installed = async () => (await run("$HOME/.local/bin/gefyra 2>&1 || true")).stdout;
      return { home, run, install, installed };
    };
    const refused = ({ code, stdout, stderr }: Output, pattern: RegExp) => {
      assert.match(stderr, pattern);
      assert.deepEqual([code, stdout], [1, ""]);
    };
    const nothing = /not found/;

    await t.step("installs into the user's home, and again over itself", async () => {
      const { install, installed, home } = await user();
      for (let time = 0; time < 2; time++) {
        const { code, stdout, stderr } = await install();
        assert.equal(code, 0, stderr);
        assert.match(
          stdout,
          new RegExp(`^gefyra ${VERSION} is in ${home}/.local/bin\nAdd it to your PATH: `),
        );
        assert.equal(await installed(), `gefyra ${VERSION}`);
      }
    });
    await t.step("installs into a folder, with wget, without a word about a PATH that has it", async () => {
      const { run, home } = await user(
        "mkdir $HOME/tools; for one in sh uname awk mktemp wget sha256sum cut tar gzip mkdir cp chmod mv rm; do ln -s $(command -v $one) $HOME/tools; done",
      );
      const { code, stdout, stderr } = await run(
        `PATH=$HOME/tools:$HOME/own sh ${packages}/install.sh $HOME/own`,
      );
      assert.deepEqual([code, stdout, stderr], [0, `gefyra ${VERSION} is in ${home}/own`, ""]);
      assert.equal((await run("$HOME/own/gefyra")).stdout, `gefyra ${VERSION}`);
    });
    await t.step("refuses an archive with another sum", async () => {
      await shell(
        `mkdir -p /srv/mirror && cp ${folder}/*.tar.gz /srv/mirror && for one in /srv/mirror/*; do echo >>$one; done`,
      );
      const { install, installed } = await user();
      refused(
        await install(`GEFYRA_URL=${SERVER}/mirror`),
        /has the SHA-256 sum [0-9a-f]{64}, not [0-9a-f]{64}$/,
      );
      assert.match(await installed(), nothing);
    });
    await t.step("refuses where the archive is not there", async () => {
      const { install, installed } = await user();
      refused(
        await install(`GEFYRA_URL=${SERVER}/nowhere`),
        /nowhere\/gefyra-1\.2\.3-linux-\w+\.tar\.gz cannot be fetched/,
      );
      assert.match(await installed(), nothing);
    });
    await t.step("leaves another program of this name, unless it is forced", async () => {
      const { install, installed } = await user(
        "printf '#!/bin/sh\\necho mine\\n' >$HOME/.local/bin/gefyra; chmod +x $HOME/.local/bin/gefyra",
      );
      refused(await install(), /gefyra is another program \(GEFYRA_FORCE=yes replaces it\)/);
      assert.equal(await installed(), "mine");
      assert.equal((await install("GEFYRA_FORCE=yes")).code, 0);
      assert.equal(await installed(), `gefyra ${VERSION}`);
    });
    await t.step("says which folder it may not write to", async () => {
      const { install } = await user();
      refused(await install("", "/usr/bin"), /\/usr\/bin cannot be written to/);
    });
    await t.step("leaves nothing behind", async () => {
      assert.equal(await shell("find /tmp /usr/bin -name 'tmp.*' -o -name '.gefyra.*'"), "");
    });
  });
});
