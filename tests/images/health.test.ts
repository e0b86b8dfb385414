/** Stowaway tells the pods of bridges whether their client answers: real WireGuard, real rules of both ends. */
import assert from "node:assert/strict";
import { stowawayFiles } from "../../lib/config/stowaway.ts";
import { HEALTH_PORT } from "../../lib/names.ts";
import { docker, eventually, exec, tryDocker } from "../docker.ts";
import { apply, PORT, tunnel } from "./tunnel.ts";

interface Line {
  ports: { port: number; silentMs?: number }[];
}

/** The first line that Stowaway tells a container; `undefined` if it tells none within two seconds. */
async function hear(container: string, stowaway: string): Promise<Line | undefined> {
  const read = `exec 3<>/dev/tcp/${stowaway}/${HEALTH_PORT}; head -n 1 <&3`;
  const { code, stdout } = await tryDocker(["exec", container, "timeout", "2", "bash", "-c", read]);
  return code === 0 && stdout ? JSON.parse(stdout) : undefined;
}

/** Milliseconds of the only port. */
async function silence(container: string, stowaway: string): Promise<number> {
  const line = await hear(container, stowaway);
  assert.deepEqual(line?.ports.map(({ port }) => port), [PORT.stowaway]);
  return line?.ports[0]?.silentMs ?? Infinity;
}

/** Holds as many connections as asked for, and prints how many of them were told something. */
const HOLD = `use IO::Socket::INET; use IO::Select;
my ($address, $port, $count) = @ARGV;
my @all = grep { $_ } map { IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port, Timeout => 2) } 1..$count;
my $told = 0; sleep 2;
for my $one (@all) { $told++ if IO::Select->new($one)->can_read(0) && sysread($one, my $data, 10) }
print $told`;

Deno.test("the pods of a bridge hear whether its client answers", async (t) => {
  await using ends = await tunnel();
  const { cargo, stowaway, pod, app, addresses, files, state } = ends;
  const at = addresses.stowaway;
  for (const end of ["stowaway", "cargo"] as const) {
    const { code, stderr } = await apply(ends[end], end, files[end]);
    assert.equal(code, 0, stderr);
  }

  await t.step("it answers", () =>
    eventually(async () => {
      const ms = await silence(pod, at);
      assert.ok(ms < 1500, `${ms} ms`);
    }));

  await t.step("nobody else hears anything: no other pod, and nothing in the tunnel", async () => {
    const other = await ends.otherPod(22);
    const connect = ["bash", "-c", `exec 3<>/dev/tcp/${at}/${HEALTH_PORT}`];
    const refused = await tryDocker(["exec", other.pod, "timeout", "2", ...connect]);
    assert.match(refused.stderr, /Connection refused/);
    assert.equal(await hear(app, "198.18.0.1"), undefined);
    assert.equal(await hear(cargo, "198.18.0.1"), undefined);
  });

  await t.step("its machine stops, and goes on", async () => {
    await docker(["pause", cargo]);
    await eventually(async () => assert.ok(await silence(pod, at) > 4000));
    await docker(["unpause", cargo]);
    await eventually(async () => assert.ok(await silence(pod, at) < 1500));
  });

  await t.step("a pod that takes all it can get leaves the others what they need", async () => {
    const other = await ends.otherPod(23);
    const [forward] = state.forwards;
    const both = [{ ...forward!, from: [...forward!.from, other.address] }];
    const { code, stderr } = await apply(stowaway, "stowaway", stowawayFiles({ ...state, forwards: both }));
    assert.equal(code, 0, stderr);
    const told = exec(other.pod, "perl", "-e", HOLD, at, `${HEALTH_PORT}`, "500");
    const heard = [];
    for (let i = 0; i < 6; i++) heard.push(await silence(pod, at));
    assert.deepEqual(heard.filter((ms) => ms > 1500), []);
    assert.equal(Number(await told), 64);
  });

  await t.step("a pod that is no longer bridged hears nothing", async () => {
    await apply(stowaway, "stowaway", stowawayFiles({ ...state, forwards: [] }));
    await eventually(async () => assert.equal(await hear(pod, at), undefined));
  });
});
