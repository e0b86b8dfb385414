import assert from "node:assert/strict";
import type { Connection } from "../../connection/connection.ts";
import { contract } from "../../contract.ts";
import { attachHelper, sameHelper } from "./helper.ts";

const connection = { name: "lab", network: "0-gefyra-lab", subnet: "172.28.7.0/24" } as Connection;
const attachment = {
  ...{ id: "abc", name: "web", namespace: "shop", domain: "cluster.local" },
  routes: ["198.18.0.1/32", "10.96.0.0/16"],
};

Deno.test("the helper may change the container's network, and nothing else", () => {
  const { HostConfig = {}, User, Labels } = attachHelper(connection, attachment, "gefyra/cargo");
  assert.equal(HostConfig.NetworkMode, "container:abc");
  assert.deepEqual([HostConfig.CapDrop, HostConfig.CapAdd], [["ALL"], ["NET_ADMIN"]]);
  assert.deepEqual(HostConfig.SecurityOpt, ["no-new-privileges"]);
  assert.equal(User, `0:${contract.attachGroup}`);
  assert.equal(Labels?.["dev.gefyra.attached"], "abc");
});

Deno.test("its settings: the connection's addresses, the cluster's ranges, the container's own gateway", () => {
  const valuesOf = (gateway?: string) => {
    const { Env = [] } = attachHelper(connection, { ...attachment, gateway }, "gefyra/cargo");
    return Object.fromEntries(Env.map((one) => [one.split("=")[0], one.slice(one.indexOf("=") + 1)]));
  };
  const { ATTACH_COREFILE, ...values } = valuesOf("172.18.0.1");
  assert.deepEqual(values, {
    ATTACH_SUBNET: "172.28.7.0/24",
    ATTACH_CARGO: "172.28.7.2",
    ATTACH_BRIDGE: "172.28.7.1",
    ATTACH_ROUTES: "198.18.0.1/32,10.96.0.0/16",
    ATTACH_DEFAULT: "172.18.0.1",
    ATTACH_DNS_PORT: `${contract.ports.attachedDns}`,
  });
  assert.match(ATTACH_COREFILE ?? "", /\.shop\.svc\.cluster\.local\./);
  assert.equal(valuesOf().ATTACH_DEFAULT, "none");
});

Deno.test("a helper is kept if it does the same; the default gateway is the container's, and it keeps the first", () => {
  const env = (more: Partial<Parameters<typeof attachHelper>[1]>) =>
    attachHelper(connection, { ...attachment, gateway: "172.18.0.1", ...more }, "gefyra/cargo").Env ?? [];
  assert.ok(sameHelper(env({}), [...env({ gateway: undefined }), "PATH=/bin"]));
  assert.ok(!sameHelper(env({}), env({ namespace: "other" })));
  assert.ok(!sameHelper(env({}), env({ routes: ["10.0.0.0/8"] })));
  assert.ok(!sameHelper([], env({})));
});
