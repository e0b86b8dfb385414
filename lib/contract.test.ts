import assert from "node:assert/strict";
import { cargoFiles } from "./config/cargo.ts";
import { stowawayFiles } from "./config/stowaway.ts";
import { contract, networkConf } from "./contract.ts";
import { OPERATOR_PROGRAM } from "./names.ts";

const { device, deviceGroups, exitCodes, files, marks, paths, ports } = contract;
const root = new URL("..", import.meta.url).pathname;
const read = (path: string) => Deno.readTextFileSync(`${root}${path}`);
const programs = folderOf(paths.agent);
const user = `${contract.user}:${contract.user}`;

/** What the group of a pattern takes from a text, each once. */
const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(new RegExp(pattern, "gm"))].map(([whole, group]) => group ?? whole))].sort();

type Row = [path: string, pattern: RegExp, ...expected: (string | number)[]];

const table: Row[] = [
  ["images/cargo/attach", /^# {3}(ATTACH_\w+)/, ...Object.values(contract.attachVariables)],
  ["images/cargo/attach", /\bATTACH_\w+/, ...Object.values(contract.attachVariables)],
  ["images/agent/cargo/role.go", /CARGO_GATEWAY/, contract.cargoVariables.gateway],
  ["images/cargo/Dockerfile", /^COPY agent coredns files attach (.*)$/, programs],
  ["images/cargo/Dockerfile", /ln -s agent (\S+)/, paths.cargo, paths.relay],
  ["images/stowaway/Dockerfile", /^COPY agent (.*)$/, programs],
  ["images/stowaway/Dockerfile", /ln -s agent (\S+)/, paths.relay, paths.stowaway],
  ["images/agent/carrier/carrier.go", /Exits with (\d)/, exitCodes.noForwarding],
  ["images/agent/carrier/carrier.go", /and with (\d) if other rules/, exitCodes.foreignRedirect],
  [
    "images/agent/carrier/carrier.go",
    /\b(?:nginx\.conf|nftables\.conf|connections\.json|mirror\.json)\b/,
    ...files.carrier,
  ],
  [
    "images/agent/carrier/state.go",
    /"(nginx\.conf|nftables\.conf|connections\.json|mirror\.json)"/,
    ...files.carrier,
  ],
  ["images/carrier/Dockerfile", /^USER (.*)$/, user],
  ["images/carrier/Dockerfile", /ln -s agent (\S+)/, paths.carrier],
  [
    "images/carrier/Dockerfile",
    /^COPY agent files (.*)$/,
    folderOf(paths.agentInPod),
    folderOf(paths.filesInPod),
  ],
  ["images/agent/health/settings.go", /envDefault:":(\d+)"/, ports.health],
  ["images/files/session.go", /stateFolder = "(.*)"/, paths.filesState],
  ["images/carrier/Dockerfile", /^ENTRYPOINT \["(.*)", "run"\]$/, paths.carrier],
  ["images/carrier/Dockerfile", /^COPY --from=modules \/built\/ngx_\S+ (.*)\/$/, paths.nginxModules],
  ["images/carrier/install-stand-ins", /ln --symbolic (\S+) "\/opt\/carrier\/next"/, paths.agentInPod],
  ["images/operator/Dockerfile", /^USER (.*)$/, user],
  ["images/operator/Dockerfile", /^COPY gefyra (.*)$/, folderOf(paths.operator)],
  ["images/lab/node/node", /^PKI=(.*)$/, paths.labPki],
  ["images/lab/node/control-plane.sh", /--secure-port (\d+)/, ports.labApiServer],
  ["images/lab/node/certificates.sh", /server: "https:\/\/\$2:(\d+)"/, ports.labApiServer],
];

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}${folder}`)) {
    if (isDirectory) yield* sourcesIn(`${folder}/${name}`);
    else if (!/[._]test\.\w+$/.test(name)) yield `${folder}/${name}`;
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

Deno.test("what is beside the agent in an image is in the same folder", () => {
  for (const path of [paths.attach, paths.cargo, paths.files, paths.relay, paths.stowaway]) {
    assert.equal(folderOf(path), programs);
  }
});

Deno.test("Go, shell and Dockerfiles say what the contract says", () => {
  for (const [path, pattern, ...expected] of table) {
    assert.deepEqual(
      found(read(path), pattern),
      [...new Set(expected.map(String))].sort(),
      `${path} ${pattern}`,
    );
  }
});

Deno.test("no file of the images has a port, user or device that looks like the contract's and is another", async () => {
  const numbers = [ports, marks, deviceGroups].flatMap((one) => Object.values(one));
  const known = [device, contract.user, ...numbers].map(String);
  for (const folder of ["agent", "cargo", "carrier", "files", "operator", "stowaway"]) {
    for await (const path of sourcesIn(`images/${folder}`)) {
      for (const value of found(read(path), /\b(?:5182\d|3182\d|6553[0-4]|wg\d)\b/)) {
        assert.ok(known.includes(value), `${path}: ${value}`);
      }
    }
  }
});

Deno.test("network.conf: each key is documented and read under one name", () => {
  const help = read("images/agent/cargo/role.go").replaceAll(/" \+\n\s*"/g, "");
  for (const [key, value] of Object.entries(contract.networkConf)) {
    assert.ok(help.includes(`${key}=${value}`), `cargo: ${key}=${value}`);
  }
  const stowaway = read("images/agent/stowaway/role.go").replaceAll(/" \+\n\s*"/g, "");
  for (const setting of found(stowaway, /\b([A-Z_]+=[^ ).]+?),? /)) {
    const [key = "", value] = setting.split("=");
    if (key in contract.networkConf) assert.equal(value, contract.networkConf[key as "MTU"], "stowaway");
  }
  assert.equal(
    networkConf({ ADDRESS: "198.18.1.2/24", MTU: 1420, PEER: undefined }),
    "ADDRESS=198.18.1.2/24\nMTU=1420\n",
  );
});

Deno.test("the files of apply are those that Cargo and Stowaway read", () => {
  const tunnel = {
    subnet: "198.18.1.0/24",
    serverPublicKey: "",
    nodePort: 1,
    dns: { server: "", domain: "" },
  };
  const written = {
    cargo: cargoFiles(tunnel, "172.28.0.0/24", {}),
    stowaway: stowawayFiles({ privateKey: "", peers: [], forwards: [] }),
  };
  for (const part of ["cargo", "stowaway"] as const) {
    assert.deepEqual(Object.keys(written[part]).sort(), files[part]);
  }
});

Deno.test("the operator's image starts the program that is run in it", () => {
  const [entrypoint = ""] = found(read("images/operator/Dockerfile"), /^ENTRYPOINT (.*)$/);
  const asked = ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"];
  const program = (rights: string[]) => ["deno", "run", ...contract.operatorFlags, ...rights, paths.operator];
  assert.deepEqual(JSON.parse(entrypoint), program(asked));
  assert.deepEqual(OPERATOR_PROGRAM, program(["--allow-all"]));
});
