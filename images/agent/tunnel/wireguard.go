package tunnel

import (
	"errors"
	"slices"
	"strings"

	"gefyra/agent/child"
	"gefyra/agent/contract"
)

// wireguardPlan is what `wg` is to do.
type wireguardPlan struct {
	// Whole: the whole configuration is loaded.
	Whole bool
	// Remove has public keys of peers, Add is a configuration of peers that come or change.
	Remove []string
	Add    string
}

// planWireguard touches only the peers that differ. `wg syncconf` of the whole file opens the UDP socket again: packets
// that arrive meanwhile are lost for everybody, and without a ListenPort it uses a new port, which the other end learns
// only from the next packet. If there was no peer, or will be none, nobody is affected, and a new port is wanted: a router
// in between may hold a wrong entry for the old one.
func planWireguard(before, now string) wireguardPlan {
	old, wanted := sections(before), sections(now)
	changed := without(wanted, old)
	gone := without(old, wanted)
	if !slices.ContainsFunc(wanted, isPeer) || !slices.ContainsFunc(old, isPeer) ||
		!all(changed, isPeer) || !all(gone, isPeer) {
		return wireguardPlan{Whole: true}
	}
	var plan wireguardPlan
	for _, section := range gone {
		key := publicKey(section)
		stays := slices.ContainsFunc(wanted, func(one string) bool { return publicKey(one) == key })
		if key != "" && !stays {
			plan.Remove = append(plan.Remove, key)
		}
	}
	plan.Add = strings.Join(changed, "")
	return plan
}

// sections splits a configuration at its headers; empty lines go.
func sections(conf string) []string {
	var found []string
	for line := range strings.Lines(conf) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "[") || len(found) == 0:
			found = append(found, line+"\n")
		default:
			found[len(found)-1] += line + "\n"
		}
	}
	return found
}

func isPeer(section string) bool { return strings.HasPrefix(section, "[Peer]\n") }

func all(sections []string, are func(string) bool) bool {
	return !slices.ContainsFunc(sections, func(one string) bool { return !are(one) })
}

func without(sections, others []string) []string {
	return slices.DeleteFunc(slices.Clone(sections), func(one string) bool { return slices.Contains(others, one) })
}

// publicKey of a peer.
func publicKey(section string) string { return Value(section, "PublicKey") }

// Value returns the first value of a key in a configuration of WireGuard, or "".
func Value(conf, key string) string {
	for line := range strings.Lines(conf) {
		if name, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (p wireguardPlan) do(conf string) error {
	if p.Whole {
		return Sync(conf)
	}
	for _, key := range p.Remove {
		if _, err := child.Run("wg", "set", contract.Device, "peer", key, "remove"); err != nil {
			return err
		}
	}
	if p.Add == "" {
		return nil
	}
	_, err := wg(p.Add, "addconf", contract.Device)
	return err
}

// Sync loads a whole configuration.
func Sync(conf string) error {
	_, err := wg(conf, "syncconf", contract.Device)
	return err
}

// wg reads the configuration from stdin: it has the private key, which is never an argument, nor a second file.
func wg(conf string, args ...string) (string, error) {
	return child.Program{Name: "wg", Args: append(args, "/dev/stdin"), Input: []byte(conf)}.Run()
}

// checkWireguard: wg parses the whole configuration before it looks for the device, so a device that does not exist makes
// this a check.
func checkWireguard(conf string) error {
	_, err := wg(conf, "setconf", "no-"+contract.Device)
	if err == nil || !strings.Contains(err.Error(), "Configuration parsing error") {
		return nil
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(first)
}
