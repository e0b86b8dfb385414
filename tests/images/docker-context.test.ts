/** Docker contexts as folders that the docker program would read, leading to the real engine, or to none. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createConnection } from "node:net";
import { createServer } from "node:tls";
import type { Diagnosis } from "../../lib/doctor/run-checks.ts";
import { exitCodes } from "../../lib/errors.ts";
import { docker } from "../docker.ts";

const main = new URL("../../main.ts", import.meta.url).pathname;
const SOCKET = "/var/run/docker.sock";

interface Context {
  Host: string;
  SkipTLSVerify?: boolean;
  /** Files by name. */
  tls?: Record<string, string>;
}

/** A folder for `DOCKER_CONFIG`. */
async function configFolder(current: string, contexts: Record<string, Context>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-docker-" });
  const write = async (path: string, name: string, text: string) => {
    await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}/${name}`, text);
  };
  await write(".", "config.json", JSON.stringify({ currentContext: current }));
  for (const [name, { tls = {}, ...endpoint }] of Object.entries(contexts)) {
    const id = createHash("sha256").update(name).digest("hex");
    const meta = { Name: name, Metadata: {}, Endpoints: { docker: endpoint } };
    await write(`contexts/meta/${id}`, "meta.json", JSON.stringify(meta));
    for (const [file, text] of Object.entries(tls)) await write(`contexts/tls/${id}/docker`, file, text);
  }
  return folder;
}

async function gefyra(args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", main, ...args],
    env: { ...Deno.env.toObject(), ...env, KUBECONFIG: "/nonexistent/config", NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** What doctor says of Docker. */
async function examined(env: Record<string, string>) {
  const { stdout } = await gefyra(["doctor", "-o", "json"], env);
  return (JSON.parse(stdout) as Diagnosis).findings.find(({ check }) => check === "docker")!;
}

Deno.test("the engine is that of the Docker context", async (t) => {
  const dead = { Host: "unix:///nonexistent/docker.sock" };
  const folder = await configFolder("dead", {
    dead,
    alive: { Host: `unix://${SOCKET}` },
    far: { Host: "ssh://me@far" },
  });
  const version = await docker(["version", "--format", "{{.Server.Version}}"]);
  const DOCKER_CONFIG = folder;
  try {
    await t.step("a dead one is not passed over for another engine", async () => {
      const { verdict, message } = await examined({ DOCKER_CONFIG });
      assert.equal(verdict, "broken");
      assert.match(message, /unix:\/\/\/nonexistent\/docker.sock \(context "dead" of .*config.json\)/);
      const { code, stderr } = await gefyra(["status"], { DOCKER_CONFIG });
      assert.equal(code, exitCodes.unreachable);
      assert.match(stderr, /^Error: Cannot reach Docker at unix:\/\/\/nonexistent/);
    });

    await t.step("DOCKER_CONTEXT comes before it, and doctor names it", async () => {
      const { verdict, message } = await examined({ DOCKER_CONFIG, DOCKER_CONTEXT: "alive" });
      assert.equal(verdict, "ok");
      assert.equal(message, `${version} at unix://${SOCKET} (context "alive" of DOCKER_CONTEXT)`);
    });

    await t.step("DOCKER_HOST comes before both", async () => {
      const DOCKER_HOST = `unix://${SOCKET}`;
      const { message } = await examined({ DOCKER_CONFIG, DOCKER_CONTEXT: "dead", DOCKER_HOST });
      assert.equal(message, `${version} at ${DOCKER_HOST} (DOCKER_HOST)`);
    });

    await t.step("one over SSH is refused with the remedy", async () => {
      const { code, stderr } = await gefyra(["list"], { DOCKER_CONFIG, DOCKER_CONTEXT: "far" });
      assert.equal(code, exitCodes.unreachable);
      assert.match(stderr, /ssh:\/\/me@far: Gefyra does not support SSH\n.*ssh -nNT -L/);
    });

    await t.step("one that is not there is named", async () => {
      const { code, stderr } = await gefyra(["status"], { DOCKER_CONFIG, DOCKER_CONTEXT: "nosuch" });
      assert.equal(code, exitCodes.notFound);
      assert.match(stderr, /^Error: Cannot use the Docker context "nosuch"/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a Docker context over TLS", async (t) => {
  const pki = await makePki();
  const server = createServer(
    { cert: pki.serverCert, key: pki.serverKey, ca: pki.ca, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      const engine = createConnection(SOCKET);
      socket.pipe(engine).pipe(socket);
      for (const one of [socket, engine]) {
        one.on("error", () => [socket, engine].forEach((end) => end.destroy()));
      }
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const Host = `tcp://127.0.0.1:${port}`;
  const pair = { "cert.pem": pki.clientCert, "key.pem": pki.clientKey };
  const folder = await configFolder("", {
    verified: { Host, tls: { "ca.pem": pki.ca, ...pair } },
    unverified: { Host, SkipTLSVerify: true, tls: pair },
    unknown: { Host, tls: pair },
  });
  try {
    for (const [name, verdict] of [["verified", "ok"], ["unverified", "ok"], ["unknown", "broken"]]) {
      await t.step(`${name}: ${verdict}`, async () => {
        const found = await examined({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: name! });
        assert.equal(found.verdict, verdict, found.message);
        assert.match(found.message, new RegExp(`${Host} \\(context "${name}" of DOCKER_CONTEXT\\)`));
      });
    }
  } finally {
    server.close();
    await Deno.remove(folder, { recursive: true });
  }
});

async function makePki() {
  const folder = await Deno.makeTempDir();
  const script = `set -e
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca \
      -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem
    for name in server client; do
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name -keyout $name.key -out $name.csr
      printf 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth,clientAuth\\n' >ext
      openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 2 -extfile ext -out $name.pem
    done`;
  const { success, stderr } = await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const read = (file: string) => Deno.readTextFile(`${folder}/${file}`);
  const [ca, serverCert, serverKey, clientCert, clientKey] = await Promise.all(
    ["ca.pem", "server.pem", "server.key", "client.pem", "client.key"].map(read),
  );
  await Deno.remove(folder, { recursive: true });
  return {
    ca: ca!,
    serverCert: serverCert!,
    serverKey: serverKey!,
    clientCert: clientCert!,
    clientKey: clientKey!,
  };
}
