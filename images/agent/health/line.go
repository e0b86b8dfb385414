// Package health is how a Carrier learns whether its traffic would be answered, without the operator. Stowaway probes each
// client that has bridges through the tunnel, and tells every Carrier over one connection how its own clients are. The
// Carrier decides by that when the original serves.
package health

import (
	"encoding/json"
	"fmt"
	"time"
)

// Line is what Stowaway tells one pod: whenever something changes, and at least every Settings.Every. It is whole, never a
// change, and one line of JSON.
type Line struct {
	Ports []Port `json:"ports"`
}

// Port of Stowaway that the pod may send to.
type Port struct {
	Port uint16 `json:"port"`
	// SilentMs since the last answer of its client; nil if there was none since Stowaway started.
	SilentMs *int64 `json:"silentMs,omitempty"`
}

// mostBytes of a line: many times what a pod with 64 ports and ten bridges on each needs.
const mostBytes = 64 << 10

func (l Line) encode() ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	if len(text) >= mostBytes {
		return nil, fmt.Errorf("too many ports for a line: %d", len(l.Ports))
	}
	return append(text, '\n'), nil
}

func decode(text []byte) (Line, error) {
	var line Line
	err := json.Unmarshal(text, &line)
	return line, err
}

func milliseconds(wait time.Duration) *int64 {
	ms := wait.Milliseconds()
	return &ms
}
