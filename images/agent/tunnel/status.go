package tunnel

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"gefyra/agent/child"
	"gefyra/agent/contract"
)

// Status is what `status` prints as JSON (lib/config/wireguard.ts).
type Status struct {
	PublicKey  string       `json:"publicKey"`
	ListenPort int          `json:"listenPort"`
	Peers      []PeerStatus `json:"peers"`
	// Device is "kernel" or "wireguard-go".
	Device string `json:"device"`
	MTU    int    `json:"mtu"`
}

// PeerStatus is one peer; unknown texts are empty, and times are seconds since 1970 or 0.
type PeerStatus struct {
	PublicKey       string   `json:"publicKey"`
	Endpoint        string   `json:"endpoint"`
	LatestHandshake int64    `json:"latestHandshake"`
	RxBytes         int64    `json:"rxBytes"`
	TxBytes         int64    `json:"txBytes"`
	AllowedIPs      []string `json:"allowedIPs"`
}

// status returns the device and its peers as JSON.
func status(settings Settings, kind string) (string, error) {
	dump, err := child.Run("wg", "show", contract.Device, "dump")
	if err != nil {
		return "", err
	}
	now, err := parseDump(dump)
	if err != nil {
		return "", err
	}
	now.Device = kind
	if now.MTU, err = MTU(settings); err != nil {
		return "", err
	}
	text, err := json.Marshal(now)
	return string(text), err
}

// MTU of the device.
func MTU(settings Settings) (int, error) {
	text, err := os.ReadFile(settings.Path("/sys/class/net/" + contract.Device + "/mtu"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

const (
	deviceColumns = 4
	peerColumns   = 8
)

// parseDump reads `wg show DEVICE dump` (man wg): first the device's private key, public key, port and mark; then a line for
// each peer, with public key, preshared key, endpoint, ranges, handshake, bytes received, bytes sent and keepalive.
func parseDump(dump string) (Status, error) {
	now := Status{Peers: []PeerStatus{}}
	for i, line := range strings.Split(dump, "\n") {
		columns := strings.Split(line, "\t")
		if i == 0 {
			if len(columns) < deviceColumns {
				return now, fmt.Errorf("cannot read what wg prints: %q", line)
			}
			now.PublicKey = known(columns[1])
			port, err := strconv.Atoi(columns[2])
			if err != nil {
				return now, fmt.Errorf("cannot read what wg prints: %w", err)
			}
			now.ListenPort = port
			continue
		}
		if len(columns) < peerColumns {
			return now, fmt.Errorf("cannot read what wg prints: %q", line)
		}
		peer := PeerStatus{PublicKey: known(columns[0]), Endpoint: known(columns[2]), AllowedIPs: []string{}}
		if ranges := known(columns[3]); ranges != "" {
			peer.AllowedIPs = strings.Split(ranges, ",")
		}
		for column, number := range map[int]*int64{4: &peer.LatestHandshake, 5: &peer.RxBytes, 6: &peer.TxBytes} {
			value, err := strconv.ParseInt(columns[column], 10, 64)
			if err != nil {
				return now, fmt.Errorf("cannot read what wg prints: %w", err)
			}
			*number = value
		}
		now.Peers = append(now.Peers, peer)
	}
	return now, nil
}

func known(text string) string {
	if text == "(none)" {
		return ""
	}
	return text
}
