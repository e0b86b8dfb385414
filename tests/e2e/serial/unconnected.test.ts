/** Without a connection, or without what one needs: one error with a remedy, and nothing is touched. */
import { withoutRights, withoutServer } from "../harness/access.ts";
import { APP } from "../harness/names.ts";
import { assertRefused, type Refusal } from "../harness/refusal.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { folder } from "../harness/suite.ts";
import { testEnv } from "../harness/test-env.ts";

Deno.test("what cannot be done without a connection is refused, and nothing is changed", async (t) => {
  await using place = await testEnv("unconnected");
  const rightless = await withoutRights(place.namespace), serverless = await withoutServer();
  const before = await snapshot();
  const unconnected = { exit: "notFound", says: /not connected/ } as const;
  const table: Refusal[] = [
    { name: "run", args: ["run", "-i", "pyserver", "-N", APP], ...unconnected },
    {
      name: "bridge",
      args: ["bridge", "-N", APP, "--target", "deployment/web", "--port", "80"],
      ...unconnected,
    },
    { name: "list", args: ["list"], ...unconnected },
    { name: "unbridge", args: ["unbridge", "--all"], ...unconnected },
    {
      name: "up, where no API server answers",
      args: ["up", "--kubeconfig", serverless],
      exit: "unreachable",
      says: /reach the cluster/,
    },
    {
      name: "up, without a kubeconfig",
      args: ["up", "--kubeconfig", `${folder}/missing`],
      exit: "unreachable",
      says: /kubeconfig/,
    },
    {
      name: "up, with no kubeconfig at all",
      args: ["up"],
      env: { KUBECONFIG: "", HOME: `${folder}/empty-home` },
      exit: "unreachable",
      says: /find a cluster: there is no kubeconfig/,
    },
    {
      name: "up, with a context that is not there",
      args: ["up", "--context", "elsewhere"],
      exit: "notFound",
      says: /"elsewhere"/,
    },
    {
      name: "up, without rights",
      args: ["up", "--kubeconfig", rightless],
      exit: "forbidden",
      says: /needs "create namespaces" cluster-wide, "create customresourcedefinitions.apiextensions.k8s.io"/,
    },
    {
      name: "up, without Docker",
      args: ["up"],
      env: { DOCKER_HOST: `unix://${folder}/missing.sock` },
      exit: "unreachable",
      says: /reach Docker/,
    },
    {
      name: "up, with Docker over SSH",
      args: ["up"],
      env: { DOCKER_HOST: "ssh://somebody@somewhere" },
      exit: "unreachable",
      says: /use Docker at ssh:/,
    },
    {
      name: "down, without Docker",
      args: ["down"],
      env: { DOCKER_HOST: `unix://${folder}/missing.sock` },
      exit: "unreachable",
      says: /reach Docker/,
    },
    {
      name: "up, with images that are nowhere",
      args: ["up", "--tag", "nowhere"],
      exit: "notFound",
      says: /image "gefyra\/cargo:nowhere"/,
    },
  ];
  for (const refusal of table) await t.step(refusal.name, () => assertRefused(refusal));
  await t.step("nothing was changed", () => assertUnchanged(before));
});
