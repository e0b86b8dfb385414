// Package contract has the values of images/contract.json that the agent uses. Its test compares the two.
package contract

// Ports.
const (
	WireguardPort = 51820
	RelayInCargo  = 51821
	RelayInPod    = 51822
	HealthPort    = 51826
)

// Marks of packets; a routing table has the number of its mark.
const (
	WireguardMark = 51820
	PublishedMark = 51821
)

// Kernel.
const (
	Device        = "wg0"
	AppsGroup     = 51823
	SmallestMTU   = 576
	User          = 65532
	NftablesTable = "gefyra"
	NftablesChain = "prerouting"
)

// Files and folders.
const (
	CargoState  = "/var/lib/cargo"
	RelayFolder = "/run/gefyra-relay"
	RelayTarget = "target.json"
	RelayToken  = "token"
)

// Files of `apply`.
var (
	CargoFiles    = []string{"Corefile", "network.conf", "nftables.conf", "wireguard.conf"}
	StowawayFiles = []string{"health.json", "network.conf", "nftables.conf", "wireguard.conf"}
)

// Exit codes of `carrier apply`.
const (
	NoForwarding    = 3
	ForeignRedirect = 4
)
