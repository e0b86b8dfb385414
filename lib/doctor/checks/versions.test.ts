import { judgeVersions } from "./versions.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("versions: equal ones fit, others come with the remedy for the older side", () => {
  const fine = { cli: "0.2.0", docker: "20.10.24+dfsg1", kubernetes: "v1.34.4", operator: "0.2.0" };
  const judged = (change: object, ...expected: Parameters<typeof assertJudged>[1][]) =>
    assertJudged(judgeVersions({ ...fine, ...change }), ...expected);
  judged({}, ["ok", /gefyra 0.2.0, operator 0.2.0, Kubernetes v1.34.4, Docker 20.10.24/]);
  judged({ operator: undefined }, ["ok", /^gefyra 0.2.0, Kubernetes/]);
  judged({ operator: "0.1.0" }, ["attention", /gefyra 0.2.0, the operator .* 0.1.0/, /`gefyra up` upgrades/]);
  judged({ operator: "0.10.0" }, ["attention", /operator .* 0.10.0/, /install gefyra 0.10.0/]);
  judged({ docker: "19.03.1" }, ["broken", /Docker 19.03.1 is too old/, /20.10/]);
  judged({ kubernetes: "v1.29.9+k3s1" }, ["broken", /v1.29.9\+k3s1 is too old/, /1.30/]);
  judged({ docker: "28.0.1", kubernetes: "v2.0.0" }, ["ok", /./]);
  const cargo = { image: "gefyra/cargo:0.1.0", wanted: "gefyra/cargo:0.2.0" };
  judged({ cargo }, [
    "attention",
    /cargo:0.1.0, but the operator's version needs gefyra\/cargo:0.2.0/,
    /gefyra down/,
  ]);
});
