import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { GefyraError } from "../errors.ts";
import { describeEndpoint, type Endpoint, findEndpoint } from "./endpoint.ts";

const id = (name: string) => createHash("sha256").update(name).digest("hex");
const meta = (name: string, docker: object | undefined) => ({
  [`contexts/meta/${id(name)}/meta.json`]: JSON.stringify({
    Name: name,
    Metadata: {},
    Endpoints: docker ? { docker } : {},
  }),
});
const config = (content: object) => ({ "config.json": JSON.stringify(content) });
const SOCKETS = ["unix:///nonexistent/docker.sock", "unix:///nonexistent/either.sock"];
const USUAL = { host: SOCKETS[0]!, context: "default" };

interface Row {
  what: string;
  /** In `~/.docker`, or where `DOCKER_CONFIG` leads. */
  files?: Record<string, string>;
  env?: Record<string, string>;
  found?: Endpoint;
  refused?: [id: string, RegExp];
}

const colima = meta("colima", { Host: "unix:///colima.sock", SkipTLSVerify: false });
const far = meta("far", { Host: "tcp://10.0.0.1:2376", SkipTLSVerify: false });
const tls = { [`contexts/tls/${id("far")}/docker/ca.pem`]: "CA" };
const pair = {
  [`contexts/tls/${id("far")}/docker/cert.pem`]: "CERT",
  [`contexts/tls/${id("far")}/docker/key.pem`]: "KEY",
};
const CHOSEN = "config.json";

const table: Row[] = [
  { what: "nothing is said", found: USUAL },
  { what: "a configuration about other things", files: config({ auths: {} }), found: USUAL },
  {
    what: "the current context",
    files: { ...config({ currentContext: "colima" }), ...colima },
    found: { host: "unix:///colima.sock", context: "colima", chosenBy: CHOSEN },
  },
  {
    what: "DOCKER_CONTEXT before the current one",
    files: { ...config({ currentContext: "colima" }), ...colima, ...far, ...tls, ...pair },
    env: { DOCKER_CONTEXT: "far" },
    found: {
      host: "tcp://10.0.0.1:2376",
      context: "far",
      chosenBy: "DOCKER_CONTEXT",
      tls: { ca: "CA", cert: "CERT", key: "KEY", verify: true },
    },
  },
  {
    what: "DOCKER_HOST before both",
    files: { ...config({ currentContext: "nosuch" }) },
    env: { DOCKER_HOST: "unix:///mine.sock", DOCKER_CONTEXT: "nosuch" },
    found: { host: "unix:///mine.sock", context: "default", chosenBy: "DOCKER_HOST" },
  },
  {
    what: "the context `default` is the usual socket",
    files: { ...config({ currentContext: "colima" }), ...colima },
    env: { DOCKER_CONTEXT: "default" },
    found: { ...USUAL, chosenBy: "DOCKER_CONTEXT" },
  },
  {
    what: "an empty current context is none",
    files: config({ currentContext: "" }),
    found: USUAL,
  },
  {
    what: "a context whose engine need not prove who it is",
    files: { ...meta("far", { Host: "tcp://10.0.0.1:2376", SkipTLSVerify: true }), ...tls },
    env: { DOCKER_CONTEXT: "far" },
    found: {
      host: "tcp://10.0.0.1:2376",
      context: "far",
      chosenBy: "DOCKER_CONTEXT",
      tls: { ca: "CA", verify: false },
    },
  },
  {
    what: "a context without TLS",
    files: meta("far", { Host: "tcp://10.0.0.1:2375" }),
    env: { DOCKER_CONTEXT: "far" },
    found: { host: "tcp://10.0.0.1:2375", context: "far", chosenBy: "DOCKER_CONTEXT" },
  },
  {
    what: "a context that is not there",
    files: config({ currentContext: "nosuch" }),
    refused: ["docker-context", /Docker context "nosuch": there is none of this name/],
  },
  {
    what: "a context of something else",
    files: meta("cloud", undefined),
    env: { DOCKER_CONTEXT: "cloud" },
    refused: ["docker-context", /"cloud": it does not lead to a Docker engine/],
  },
  {
    what: "a configuration that is no JSON",
    files: { "config.json": "{" },
    refused: ["docker-config", /config.json/],
  },
  {
    what: "a configuration that is no object",
    files: { "config.json": "null" },
    refused: ["docker-config", /it is not an object/],
  },
  {
    what: "DOCKER_HOST without a scheme",
    env: { DOCKER_HOST: "localhost:2375" },
    found: { host: "tcp://localhost:2375", context: "default", chosenBy: "DOCKER_HOST" },
  },
  {
    what: "DOCKER_HOST that is no address",
    env: { DOCKER_HOST: "tcp://:::" },
    refused: ["docker-host", /"tcp:\/\/:::": it is not an address/],
  },
  {
    what: "TLS by the environment",
    files: { "ca.pem": "CA" },
    env: { DOCKER_HOST: "tcp://far:1", DOCKER_TLS_VERIFY: "1" },
    found: {
      host: "tcp://far:1",
      context: "default",
      chosenBy: "DOCKER_HOST",
      tls: { ca: "CA", verify: true },
    },
  },
];

Deno.test("docker: the engine is the one that the docker program would use", async (t) => {
  for (const { what, files = {}, env = {}, found, refused } of table) {
    for (const name of ["DOCKER_CONFIG", "HOME"]) {
      await t.step(`${what} (${name})`, async () => {
        const home = await Deno.makeTempDir();
        const folder = name === "HOME" ? join(home, ".docker") : home;
        try {
          for (const [path, text] of Object.entries(files)) {
            await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
            await Deno.writeTextFile(join(folder, path), text);
          }
          const find = () => findEndpoint((key) => ({ [name]: home, ...env })[key], SOCKETS);
          if (refused) {
            assert.throws(find, (error: GefyraError) => {
              assert.equal(error.id, refused[0]);
              assert.match(error.message, refused[1]);
              return error.hint !== undefined;
            });
            return;
          }
          const chosenBy = found?.chosenBy === CHOSEN ? join(folder, CHOSEN) : found?.chosenBy;
          assert.deepEqual(find(), { ...found, ...(chosenBy ? { chosenBy } : {}) });
        } finally {
          await Deno.remove(home, { recursive: true });
        }
      });
    }
  }
});

Deno.test("docker: the first existing default socket is used", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/docker.sock`, "");
  const sockets = [...SOCKETS, `unix://${folder}/docker.sock`];
  assert.equal(findEndpoint(() => undefined, sockets).host, sockets[2]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("docker: messages say where the engine is, and what selected it", () => {
  const say = (endpoint: Partial<Endpoint>) => describeEndpoint({ ...USUAL, ...endpoint });
  assert.equal(say({ host: "unix:///a" }), "unix:///a");
  assert.equal(say({ host: "unix:///a", chosenBy: "DOCKER_HOST" }), "unix:///a (DOCKER_HOST)");
  assert.equal(
    say({ host: "unix:///a", context: "b", chosenBy: "DOCKER_CONTEXT" }),
    'unix:///a (context "b" of DOCKER_CONTEXT)',
  );
});
