/** Drops 1 % of the packets in each direction, in the network of the lab's node. */
import { controlPlaneOf } from "../../lib/lab/nodes.ts";
import { LAB, onNode, run } from "./commands.ts";

/**
 * Netem could also add a delay, but few kernels of small machines have it. Packets that the kernel has merged are lost
 * together.
 */
const RULES = `table inet lossy {
  chain in { type filter hook prerouting priority -400; iifname "eth0" numgen random mod 100 0 drop; }
  chain out { type filter hook postrouting priority 400; oifname "eth0" numgen random mod 100 0 drop; }
}
`;

export async function lossy(): Promise<AsyncDisposable> {
  await run("docker", ["exec", "--interactive", controlPlaneOf(LAB).name, "nft", "-f", "-"], {
    stdin: RULES,
  });
  return { [Symbol.asyncDispose]: async () => void await onNode("nft", "delete", "table", "inet", "lossy") };
}
