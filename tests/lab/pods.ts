/** A client on one node; on the other a server that says who asks (TCP) and repeats what it hears (UDP). */

const server = `
use IO::Socket::INET;
if (fork) {
  my $tcp = IO::Socket::INET->new(Listen => 5, LocalPort => 8000, ReuseAddr => 1) or die;
  while (my $client = $tcp->accept) { print $client $client->peerhost; close $client }
} else {
  my $udp = IO::Socket::INET->new(Proto => "udp", LocalPort => 8000) or die;
  while ($udp->recv(my $heard, 1500)) { $udp->send($heard) }
}`;

export function pods(clientNode: string, serverNode: string) {
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      pod("client", clientNode, ["sleep", "infinity"]),
      pod("server", serverNode, ["perl", "-e", server]),
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "server" },
        spec: {
          type: "NodePort",
          selector: { app: "server" },
          ports: [
            { name: "tcp", protocol: "TCP", port: 80, targetPort: 8000 },
            { name: "udp", protocol: "UDP", port: 80, targetPort: 8000, nodePort: 31999 },
          ],
        },
      },
    ],
  };
}

function pod(name: string, nodeName: string, command: string[]) {
  const image = { image: "debian:trixie-slim", imagePullPolicy: "Never" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: name } },
    spec: { nodeName, terminationGracePeriodSeconds: 0, containers: [{ name, command, ...image }] },
  };
}
