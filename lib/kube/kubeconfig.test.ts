import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { readContext } from "./config.ts";
import type { Case } from "./kubeconfig-case.ts";
import { cases } from "./kubeconfig-cases.ts";
import { pemOf } from "./certificates.ts";

/** Made for this test, and for nothing else. */
const ca = `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUUZsWcjm8iLD0D0wQTRZtyyVNbn0wCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwIBcNMjYxMTI2MjMwMTI0WhgPMjEyNjExMDIyMzAxMjRa
MA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/73BKYSS
9Af6r6l2u7fMqu0T7wxQWS4n9f7bEKmOxUzffIszTaANZviR4Xt94FbyoLEBT80M
KUBe06mX592eGKNTMFEwHQYDVR0OBBYEFLytMuYAe+SLjThOgphImbhunOdLMB8G
A1UdIwQYMBaAFLytMuYAe+SLjThOgphImbhunOdLMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhAJk73UJbV/IRB7sFmNAyWsgV1woCvCIU30ZFcFHK
NFC/AiEA86oOouwbvcgYOz157IJq/wt+MiDvpPgjQjj4Jvo2D9I=
-----END CERTIFICATE-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUQem65BTHdi54Z3gk6Y/UH4+WR1owCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYyMzAxMjRaGA8yMTI2MTEwMjIzMDEy
NFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEHf
MtIz9OJ3/BQtXD09kwGhjLSMR2sy7U7M7RvovHSJa1y9FRM2iMk577om+q6Jwv+O
prlU40zfsH2OmOGbXB+jUzBRMB0GA1UdDgQWBBSh5hzsjb6SNM2h3Py3o95TdXtb
bTAfBgNVHSMEGDAWgBSh5hzsjb6SNM2h3Py3o95TdXtbbTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIGUu2GsZ+oiBnJgCIG3DldrNh1kjhy9/SyV+
ebQFhPxuAiBn2dgY1ZoG9XMgz+EtvtniQzO3W7LHoKhgdm5B6RwXYA==
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrdTMpy/EhDDhUKcJ
CptNrcOac+SVncJwy0dyf8iiLRehRANCAARB3zLSM/Tid/wULVw9PZMBoYy0jEdr
Mu1OzO0b6Lx0iWtcvRUTNojJOe+6JvquicL/jqa5VONM37B9jpjhm1wf
-----END PRIVATE KEY-----
`;
const otherKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXLtIxUnIGuzbUNd+
Nu4yS7w/v9AV0bEyLNtKsb0IX6mhRANCAAT/vcEphJL0B/qvqXa7t8yq7RPvDFBZ
Lif1/tsQqY7FTN98izNNoA1m+JHhe33gVvKgsQFPzQwpQF7TqZfn3Z4Y
-----END PRIVATE KEY-----
`;

Deno.test("kubeconfig: what kubectl reads is read, and what it refuses is refused with a reason", async (t) => {
  for (const one of cases({ ca, cert, key, otherKey })) await t.step(one.what, () => check(one));
});

async function check({ files, list, context, use, refused }: Case): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    const read = () =>
      readContext({ files: list.map((name) => join(folder, name)), required: false }, context);
    if (!use) {
      assert.throws(() => {
        if (!read()) throw new Error("there is no kubeconfig");
      }, refused!);
      return;
    }
    const found = read()!;
    assert.equal(found.name, use.context);
    assert.equal(found.namespace, use.namespace ?? "default");
    assert.deepEqual(flat(found.cluster, ["certificate-authority"]), use.cluster);
    if (use.user) assert.deepEqual(flat(found.user, ["client-certificate", "client-key"]), use.user);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** With the files' content as data, as `kubectl config view --flatten`. */
function flat(settings: object, names: string[]): object {
  const { extensions: _, ...rest } = settings as Record<string, unknown>;
  const data = names.flatMap((name) => {
    const pem = pemOf([name, settings]);
    delete rest[name];
    return pem === undefined ? [] : [[`${name}-data`, btoa(pem)]];
  });
  return { ...rest, ...Object.fromEntries(data) };
}
