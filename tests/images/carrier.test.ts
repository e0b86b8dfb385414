import assert from "node:assert/strict";
import { nginxConf } from "../../lib/config/nginx/conf.ts";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, exec, type Sandbox, sandbox, STOPS_MS, stopTime, tryDocker } from "../docker.ts";
import { addressOf, apply, memory, replaced, restricted, status } from "./carrier.ts";

/** Echoes lines, each after its own port, and keeps connections open. */
const echo = `use IO::Socket::INET; $| = 1; $SIG{CHLD} = "IGNORE";
my $port = $ARGV[0];
my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) { if (!fork) { while (<$client>) { print $client "$port $_" } exit } }`;

Deno.test("Carrier hands on TCP and answers probes, with no right at all", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  const backend = await box.run("backend", ["--network", network, "--init"], "debian:trixie-slim", [
    ...["bash", "-c", `perl -e '${echo}' 9001 & perl -e '${echo}' 9002`],
  ]);
  const carrier = await box.run("carrier", ["--network", network, ...restricted], imageOf("carrier"));
  const [upstream, address] = await Promise.all([addressOf(backend), addressOf(carrier)]);
  const first = nginxConf([replaced("tcp", 80, `${upstream}:9001`), replaced("http", 8080)]);

  await t.step("it waits for its configuration", async () => {
    assert.deepEqual(await status(carrier), { configured: false, config: "", nginx: "stopped", spoken: [] });
  });

  await t.step("a TCP port leads to the upstream, a probe is answered", async () => {
    const applied = await apply(carrier, first);
    assert.equal(applied.stdout, "applied: nginx", applied.stderr);
    assert.equal(await line(address, 80, "hello"), "9001 hello");
    assert.match(await get(address, 8080, "kube-probe/1.34"), /^HTTP\/1\.1 200 /);
    assert.deepEqual(await status(carrier), {
      configured: true,
      config: await sha256(first),
      nginx: "running",
      spoken: ["8080-http"],
    });
  });

  await t.step("the same configuration again touches nothing, also twice at once", async () => {
    const both = await Promise.all([apply(carrier, first), apply(carrier, first)]);
    assert.deepEqual(both.map(({ stdout }) => stdout), ["unchanged", "unchanged"]);
  });

  await t.step("a refused configuration leaves the old one", async () => {
    const refused = await apply(carrier, first.replace("proxy_timeout", "proxy_patience"));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^carrier: nginx\.conf refused, nothing changed: .*proxy_patience.*$/);
    assert.equal(await line(address, 80, "hello"), "9001 hello");
    assert.equal((await status(carrier)).config, await sha256(first));
  });

  await t.step("a reload keeps open connections and moves new ones", async () => {
    using open = await connect(address, 80);
    assert.equal(await open.ask("before"), "9001 before");
    const tcp = [replaced("tcp", 80, `${upstream}:9002`), replaced("tcp", 81, `${upstream}:9001`)];
    const second = nginxConf([...tcp, replaced("http", 8080)]);
    assert.equal((await apply(carrier, second)).stdout, "applied: nginx");
    assert.equal(await line(address, 80, "new"), "9002 new");
    assert.equal(await line(address, 81, "more"), "9001 more");
    assert.equal(await open.ask("after"), "9001 after");
  });

  await t.step("it needs no more than 15 MB", async () => {
    const megabytes = await memory(carrier);
    assert.ok(megabytes > 1 && megabytes < 15, `${megabytes} MB`);
  });

  await t.step("a shell can be had in it", async () => {
    assert.equal(await exec(carrier, "sh", "-c", "echo $((6 * 7))"), "42");
    assert.equal(await exec(carrier, "/bin/bash", "-c", "exec env sleep 0 && echo $BASHPID"), "");
    assert.equal(await exec(carrier, "perl", "-e", "print 6 * 7"), "42");
    const absent = await tryDocker(["exec", carrier, "python3", "-V"]);
    assert.deepEqual([absent.code, absent.stderr], [
      127,
      "python3: not here while Carrier stands in for this container",
    ]);
  });

  await t.step("an empty configuration stops Nginx", async () => {
    assert.equal((await apply(carrier, "")).stdout, "applied: nginx");
    await eventually(() => assert.rejects(line(address, 80, "hello")));
    assert.equal((await status(carrier)).nginx, "stopped");
    assert.equal((await apply(carrier, first)).stdout, "applied: nginx");
    assert.equal(await line(address, 80, "hello"), "9001 hello");
  });

  await t.step("it stops by itself, with a connection open", async () => {
    using open = await connect(address, 80);
    assert.equal(await open.ask("still"), "9001 still");
    assert.ok(await stopTime(carrier) < STOPS_MS);
  });
});

Deno.test("Carrier listens below 1024 as any user", async (t) => {
  const conf = nginxConf([replaced("http", 80)]);
  const old = ["--sysctl", "net.ipv4.ip_unprivileged_port_start=1024"];
  const users: [string, string[]][] = [
    ["root", [...old, "--user", "0"]],
    ["root without a capability, where ports are free", ["--user", "0", "--cap-drop", "ALL"]],
    ["the image's own user", old],
    ["another user", [...old, "--user", "4711"]],
    ["another user without a capability, where ports are free", ["--user", "4711", "--cap-drop", "ALL"]],
  ];
  for (const [user, options] of users) {
    await t.step(user, async () => {
      await using box = sandbox();
      const carrier = await box.run("carrier", options, imageOf("carrier"));
      const applied = await apply(carrier, conf);
      assert.equal(applied.stdout, "applied: nginx", applied.stderr);
      assert.match(await get(await addressOf(carrier), 80, "kube-probe/1.34"), /^HTTP\/1\.1 200 /);
    });
  }
  await t.step("a port that may not be opened is refused", async () => {
    await using box = sandbox();
    const carrier = await box.run("carrier", [...old, ...restricted], imageOf("carrier"));
    assert.match((await apply(carrier, conf)).stderr, /nginx\.conf refused.*Permission denied/);
    assert.equal((await status(carrier)).nginx, "stopped");
  });
});

Deno.test("Carrier stands in for the command of another image", async (t) => {
  const conf = nginxConf([replaced("http", 8080)]);
  const commands = [
    ["nginx", "-g", "daemon off;"],
    ["python3", "-m", "http.server"],
    ["/bin/sh", "-c", "exec my-server --port 8080"],
    ["/docker-entrypoint.sh"],
    ["/usr/local/bin/node", "server.js"],
    ["sleep", "infinity"],
  ];
  for (const [program = "", ...args] of commands) {
    await t.step([program, ...args].join(" "), async () => {
      await using box = sandbox();
      const carrier = await standIn(box, program, args, []);
      assert.equal((await apply(carrier, conf)).stdout, "applied: nginx");
      assert.match(await get(await addressOf(carrier), 8080, "kube-probe/1.34"), /^HTTP\/1\.1 200 /);
      assert.equal(await exec(carrier, "sh", "-c", "echo fine"), "fine");
      assert.ok(await stopTime(carrier) < STOPS_MS);
    });
  }
  await t.step("where containers share processes and /dev/shm, each is its own", async () => {
    await using box = sandbox();
    const pause = await box.run("pause", ["--ipc", "shareable"], "debian:trixie-slim", ["sleep", "infinity"]);
    const pod = ["pid", "ipc", "network"].flatMap((kind) => [`--${kind}`, `container:${pause}`]);
    const one = await standIn(box, "python3", ["one.py"], pod);
    const two = await standIn(box, "/bin/sh", ["-c", "two"], pod);
    assert.equal((await apply(one, conf)).stdout, "applied: nginx");
    assert.equal((await status(two)).configured, false);
    assert.equal(await exec(two, "/bin/sh", "-c", "echo fine"), "fine");
    for (const container of [one, two]) assert.ok(await stopTime(container) < STOPS_MS);
  });
  await t.step("a container of the pod that locks all of /dev/shm does not hold it up", async () => {
    await using box = sandbox();
    const pause = await box.run("pause", ["--ipc", "shareable"], "debian:trixie-slim", ["sleep", "infinity"]);
    const shared = ["--ipc", `container:${pause}`];
    const readOnly = await standIn(box, "python3", ["one.py"], shared);
    // As Carrier is beside an original.
    const writable = await box.run("writable", ["--user", "0", ...shared], imageOf("carrier"));
    for (const container of [readOnly, writable]) {
      assert.equal((await apply(container, conf)).stdout, "applied: nginx");
    }
    const lock = 'for file in $(find /dev/shm -type f); do flock "$file" sleep infinity & done; wait';
    await docker(["exec", "--detach", pause, "sh", "-c", lock]);
    await eventually(() => exec(pause, "sh", "-c", "grep -lz ^flock$ /proc/[0-9]*/cmdline"));
    const next = nginxConf([replaced("http", 8081)]);
    for (const container of [readOnly, writable]) {
      assert.equal((await apply(container, next)).stdout, "applied: nginx");
    }
    assert.equal(await exec(pause, "sh", "-c", "ls -d /dev/shm/carrier-* | wc -l"), "1");
  });
});

function standIn(box: Sandbox, program: string, args: string[], options: string[]): Promise<string> {
  const name = `stand-in-${crypto.randomUUID().slice(0, 4)}`;
  return box.run(name, [...restricted, ...options, "--entrypoint", program], imageOf("carrier"), args);
}

async function connect(hostname: string, port: number) {
  const connection = await Deno.connect({ hostname, port });
  const ask = async (text: string) => {
    await connection.write(new TextEncoder().encode(`${text}\n`));
    const buffer = new Uint8Array(4096);
    const size = await connection.read(buffer);
    if (size === null) throw new Error("closed");
    return new TextDecoder().decode(buffer.subarray(0, size)).trim();
  };
  return { ask, [Symbol.dispose]: () => connection.close() };
}

async function line(hostname: string, port: number, text: string): Promise<string> {
  using connection = await connect(hostname, port);
  return await connection.ask(text);
}

async function get(hostname: string, port: number, agent: string): Promise<string> {
  using connection = await connect(hostname, port);
  return await connection.ask(`GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: ${agent}\r\nConnection: close\r\n\r`);
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
