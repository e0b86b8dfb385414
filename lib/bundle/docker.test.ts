import assert from "node:assert/strict";
import type { Container, Engine, Labels } from "../docker/engine.ts";
import { CONNECTION_LABEL } from "../names.ts";
import { collection } from "./collect.ts";
import { collectDocker } from "./docker.ts";

const cargos = ["mine", "other"].map((name) =>
  ({ id: name, name: `gefyra-cargo-${name}`, labels: { [CONNECTION_LABEL]: name } }) as unknown as Container
);
const fitting = (labels: Labels) =>
  cargos.filter((one) =>
    Object.entries(labels).every(([key, value]) =>
      value === "" ? key in one.labels : one.labels[key] === value
    )
  );
const engine = {
  version: () => Promise.resolve({ version: "28", os: "linux" }),
  containers: (labels: Labels) => Promise.resolve(fitting(labels)),
  networks: () => Promise.resolve([]),
  volumes: (labels: Labels) => Promise.resolve(fitting(labels)),
  inspect: (id: string) => Promise.resolve({ Id: id }),
  logs: () => Promise.resolve("started"),
} as unknown as Engine;

for (
  const [connection, expected] of [
    ["mine", ["gefyra-cargo-mine"]],
    [undefined, ["gefyra-cargo-mine", "gefyra-cargo-other"]],
  ] as const
) {
  Deno.test(`bundle: of Docker it holds ${connection ?? "all connections"}`, async () => {
    const all = collection();
    await collectDocker(engine, connection, all);
    const paths = [...all.files.keys()].filter((path) => path.startsWith("docker/logs/")).sort();
    assert.deepEqual(paths, expected.map((name) => `docker/logs/${name}.log`));
    assert.deepEqual(all.files.get("docker/volumes.json"), expected);
  });
}
