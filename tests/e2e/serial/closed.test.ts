/** UDP is closed on the way to every node, then open for a while. */
import assert from "node:assert/strict";
import { docker, eventually, exec } from "../../docker.ts";
import { cut, nft } from "../harness/cut.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, WORKER } from "../harness/names.ts";
import { containersOf, inApp, type TestEnv, testEnv } from "../harness/test-env.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

const NODES = [CONTROL_PLANE, WORKER];
const RULES = `table inet closed {
  chain in { type filter hook prerouting priority -400; udp dport 31820 drop; }
}
`;
const close = () => Promise.all(NODES.map((node) => nft(node, RULES)));
const open = () => Promise.all(NODES.map((node) => exec(node, "nft", "delete", "table", "inet", "closed")));

const endpoint = async () => {
  const { cargo } = JSON.parse((await gefyra("status", "-o", "json")).stdout);
  return cargo.endpoint as string;
};
const logOfRelay = async () => await docker(["logs", (await containersOf("relay"))[0] ?? ""]);

/** Fails until the tunnel works both modes. */
async function bothWays(place: TestEnv): Promise<void> {
  const { code, stderr } = await inApp(APP, "curl", "-sS", "--max-time", "2", "--fail", "http://plain");
  assert.equal(code, 0, stderr);
  assert.equal(await place.ask("http://web"), "local");
}

Deno.test({
  name: "where no UDP port can be reached",
  ignore: Deno.env.has("GEFYRA_TRANSPORT"), // what is chosen by itself is the matter here
  fn: async (t) => {
    await using place = await testEnv("closed");
    const step = ordered(t);
    await place.apply([tools(), ...workload("web"), ...workload("plain")]);
    await close();
    try {
      await step("a transport that is asked for is refused, and nothing is left of the others", async () => {
        const { code, stderr } = await tryGefyra(["up", "--transport", "docker-network"]);
        assert.equal(code, 4, stderr);
        assert.match(stderr, /no answer over the Docker network/);
        assert.deepEqual([await containersOf("relay"), await containersOf("cargo")], [[], []]);
      });

      await step("up falls over to the API server, and says so", async () => {
        const { stdout, stderr } = await gefyra("up", "--verbose");
        assert.match(
          stderr,
          /trying the Docker network[^]*trying this machine's port[^]*trying the API server/,
        );
        assert.match(stdout, /^Connected to \S+ over the API server/);
        assert.equal(await endpoint(), "127.0.0.1:51821");
      });

      await step("a bridge leads out, and names lead in", async () => {
        await place.run(APP, "local");
        await place.bridge(APP, "web");
        await bothWays(place);
      });

      await step("Cargo takes UDP when it is open again, and the relay closes its line", async () => {
        await open();
        const [cargo = ""] = await containersOf("cargo");
        // As it does by itself every five minutes.
        await exec(cargo, "cargo", "improve");
        assert.match(await endpoint(), /:31820$/);
        await bothWays(place);
        const left = async () =>
          assert.match(await logOfRelay(), /the connection is closed: Cargo uses another transport\n?$/);
        report(`the line was closed ${await timed(() => eventually(left, 40_000))} later`);
        await bothWays(place);
      });

      await step("when UDP is closed again, Cargo comes back through the relay", async () => {
        const mend = await cut((await containersOf("cargo"))[0] ?? "");
        report(`it worked again after ${await timed(() => eventually(() => bothWays(place), 120_000))}`);
        assert.equal(await endpoint(), "127.0.0.1:51821");
        await mend();
      });

      await step("the next up finds the fast transport and removes the relay", async () => {
        assert.match((await gefyra("up")).stdout, /^Connected to \S+ over the Docker network/);
        assert.deepEqual(await containersOf("relay"), []);
        await bothWays(place);
      });
    } finally {
      await open().catch(() => {});
    }
  },
});
