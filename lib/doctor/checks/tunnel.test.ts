import { judgeHandshake } from "./tunnel.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("handshake: fresh, stale, never, without a peer", () => {
  const status = (latestHandshake: number) => ({
    ...{ publicKey: "", mtu: 1420, device: "kernel" },
    peers: [{ publicKey: "", endpoint: "10.0.0.1:31820", latestHandshake, rxBytes: 0, txBytes: 0 }],
  });
  const now = 2_000_000;
  assertJudged([judgeHandshake(status(1_900), now)], ["ok", /^100 s ago with 10.0.0.1:31820$/]);
  assertJudged([judgeHandshake(status(1_820), now)], ["broken", /^180 s ago/, /gefyra up/]);
  assertJudged([judgeHandshake(status(0), now)], ["broken", /^never/]);
  assertJudged([judgeHandshake({ ...status(0), peers: [] }, now)], ["broken", /no peer/, /gefyra up/]);
});
