import assert from "node:assert/strict";
import fc from "fast-check";
import { splitWords } from "../command-line.ts";
import { dockerRun } from "./docker-run.ts";

Deno.test("a container is written as the docker run that makes it", () => {
  const text = dockerRun({
    name: "api",
    Image: "api:dev",
    Hostname: "api-0",
    Entrypoint: ["/app", "serve"],
    Cmd: ["a b", "it's"],
    Env: ["PASSWORD=secret", "COLOR=blue", "UNSET"],
    User: "7:8",
    WorkingDir: "/w",
    StopTimeout: 5,
    ExposedPorts: { "80/tcp": {}, "81/tcp": {} },
    HostConfig: {
      NetworkMode: "0-gefyra-lab",
      AutoRemove: true,
      Memory: 1024,
      NanoCpus: 500_000_000,
      GroupAdd: ["9"],
      Tmpfs: { "/tmp": "size=1m", "/run": "" },
      PortBindings: { "81/tcp": [{ HostIp: "127.0.0.1", HostPort: "8081" }] },
      ReadonlyRootfs: true,
      Mounts: [{ Type: "bind", Source: "/a,b", Target: "/x", ReadOnly: true }],
    },
    NetworkingConfig: { EndpointsConfig: { "0-gefyra-lab": { IPAMConfig: { IPv4Address: "172.28.0.10" } } } },
  }, new Set(["PASSWORD"]));
  assert.deepEqual(splitWords(text), [
    ...["docker", "run", "--name", "api", "--hostname", "api-0", "--network", "0-gefyra-lab"],
    ...["--ip", "172.28.0.10", "--rm", "--user", "7:8", "--group-add", "9", "--workdir", "/w"],
    ...["--env", "PASSWORD=******", "--env", "COLOR=blue", "--env", "UNSET"],
    ...[
      "--mount",
      'type=bind,"source=/a,b",target=/x,readonly',
      "--tmpfs",
      "/tmp:size=1m",
      "--tmpfs",
      "/run",
    ],
    ...["--publish", "127.0.0.1:8081:81/tcp", "--expose", "80/tcp", "--memory", "1024", "--cpus", "0.5"],
    ...["--read-only", "--stop-timeout", "5", "--entrypoint", "/app", "api:dev", "serve", "a b", "it's"],
  ]);
});

Deno.test("a shell reads every word as it was", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" })), (words) => {
    assert.deepEqual(splitWords(dockerRun({ Image: "i", Cmd: words })), ["docker", "run", "i", ...words]);
  }));
});
