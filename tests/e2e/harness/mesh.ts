/** A pod in a mesh: Istio's rules in its network, and a strict proxy that stands for Istio's. */
import { ask } from "../../talk.ts";
import type { Manifest } from "./kube.ts";
import { type Polyglot, polyglot } from "./polyglot.ts";

/** What istio-init writes (REDIRECT mode, all ports), as nftables; 1337 is the proxy's user. */
const RULES = `table ip nat {
  chain ISTIO_REDIRECT { meta l4proto tcp redirect to :15001; }
  chain ISTIO_IN_REDIRECT { meta l4proto tcp redirect to :15006; }
  chain ISTIO_INBOUND { tcp dport { 15008, 15090, 15021, 15020 } return; meta l4proto tcp jump ISTIO_IN_REDIRECT; }
  chain ISTIO_OUTPUT {
    ip saddr 127.0.0.6 oifname "lo" return
    oifname "lo" ip daddr != 127.0.0.1 tcp dport != 15008 meta skuid 1337 jump ISTIO_IN_REDIRECT
    oifname "lo" meta skuid != 1337 return
    meta skuid 1337 return
    ip daddr 127.0.0.1 return
    meta l4proto tcp jump ISTIO_REDIRECT
  }
  chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; meta l4proto tcp jump ISTIO_INBOUND; }
  chain OUTPUT { type nat hook output priority dstnat; policy accept; meta l4proto tcp jump ISTIO_OUTPUT; }
}`;

/** A polyglot behind a proxy in a container of this name. */
export async function meshed(name: string, proxy: string): Promise<Manifest[]> {
  const program = await Deno.readTextFile(new URL("sidecar.py", import.meta.url));
  const tools = { image: "tools:latest", imagePullPolicy: "Never" };
  const [deployment, service] = polyglot(name);
  const { spec } = deployment!.spec.template;
  spec.initContainers = [{
    ...tools,
    name: "rules",
    command: ["sh", "-c", 'echo "$RULES" | nft -f -'],
    env: [{ name: "RULES", value: RULES }],
    securityContext: { capabilities: { add: ["NET_ADMIN"] } },
  }];
  spec.containers.push({
    ...tools,
    name: proxy,
    command: ["python3", "-c", program],
    securityContext: { runAsUser: 1337, runAsGroup: 1337 },
  });
  return [deployment!, service!];
}

/** Who answers: with `mtls`, as from within the mesh; `refused` where the connection is cut. */
export async function whoAnswers(
  { http1 }: Polyglot,
  { mtls }: { mtls: boolean },
  user = "alice",
): Promise<string> {
  const head = `GET / HTTP/1.1\nHost: x\nX-User: ${user}${mtls ? "\nX-Mtls: yes" : ""}`;
  const answer = await ask(http1.hostname, http1.port, head).catch(() => "");
  return /"name":"(\w+)"/.exec(answer)?.[1] ?? (answer === "" ? "refused" : answer);
}

/** Asks from outside of the mesh until it is stopped, and tells everybody who has answered. */
export function trespass(at: Polyglot): { stop(): Promise<{ asked: number; answers: string[] }> } {
  const answers = new Set<string>();
  let asked = 0, ends = false;
  const asking = (async () => {
    for (; !ends; asked++) {
      const who = await whoAnswers(at, { mtls: false });
      if (who !== "refused") answers.add(who);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    stop: async () => {
      ends = true;
      await asking;
      return { asked, answers: [...answers] };
    },
  };
}
