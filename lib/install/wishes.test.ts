import assert from "node:assert/strict";
import type { V1Deployment, V1Service } from "@kubernetes/client-node";
import { defaultImages, type ImageNames } from "../images.ts";
import { operator, stowawayService } from "../config/workloads.ts";
import type { ServiceOptions } from "../config/install-options.ts";
import { refuseChanges } from "./wishes.ts";

const options = (service?: ServiceOptions) => ({ namespace: "gefyra", images: defaultImages, service });
const refuse = (
  { permanent = true, is }: { permanent?: boolean; is?: ServiceOptions },
  wish: { service?: ServiceOptions; images?: ImageNames },
) => {
  const deployment = operator(options()) as V1Deployment;
  const service = stowawayService(options(is)) as V1Service;
  refuseChanges({ deployment, permanent, namespaces: undefined }, service, wish);
};

Deno.test("the service of an administrator's installation: a different request is refused", () => {
  assert.throws(() => refuse({}, { service: { type: "LoadBalancer" } }), {
    id: "installation-permanent",
    exit: "refused",
    message:
      'Cannot change the installation in namespace "gefyra" by --service-type, --service-annotation and ' +
      "--service-port (Stowaway's service is a NodePort): an administrator installed it",
  });
  refuse({}, { service: { type: "NodePort" } });
  refuse({}, {});
  const is: ServiceOptions = { type: "LoadBalancer", port: 443, annotations: { cloud: "inner" } };
  refuse({ is }, { service: { type: "LoadBalancer", port: 443 } });
  for (const wish of [{ port: 444 }, { annotations: { cloud: "outer" } }]) {
    assert.throws(() => refuse({ is }, { service: { type: "LoadBalancer", ...wish } }), {
      id: "installation-permanent",
    });
  }
});

Deno.test("other images than the installation has are refused, together with the rest", () => {
  refuse({}, { images: defaultImages });
  const wish = { images: { registry: "other", tag: "1" }, service: { type: "LoadBalancer" as const } };
  assert.throws(() => refuse({ permanent: false }, wish), {
    message:
      /by --registry and --tag \(it runs .*operator:.*\), --service-type.*: this user may not change it$/,
  });
});
