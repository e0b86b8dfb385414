package cargo

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// How long the addresses of a name may take.
const lookupWait = 5 * time.Second

type lookup func(host string) []string

// addressesOf is asked of the resolver of the machine's Docker.
func addressesOf(host string) []string {
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{host}
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupWait)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return nil
	}
	addresses := make([]string, len(found))
	for i, address := range found {
		addresses[i] = address.Unmap().String()
	}
	return addresses
}

// resolved returns HOST:PORT as wg prints it, with every address of its name.
func resolved(endpoint string, find lookup) []string {
	at := strings.LastIndex(endpoint, ":")
	if at < 0 {
		return nil
	}
	var all []string
	for _, address := range find(endpoint[:at]) {
		all = append(all, address+endpoint[at:])
	}
	return all
}

// inOrder has the first address of each endpoint, best first; of a name without an address none.
func inOrder(endpoints []string, find lookup) []string {
	var all []string
	for _, endpoint := range endpoints {
		if found := resolved(endpoint, find); len(found) > 0 {
			all = append(all, found[0])
		}
	}
	return all
}

// toCall is whom a new session calls at a turn: first the configured endpoint, then the others.
func toCall(configured string, endpoints []string, turn int, find lookup) (endpoint string, several bool, err error) {
	all := inOrder([]string{configured}, find)
	for _, one := range inOrder(endpoints, find) {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return "", false, fmt.Errorf("%s has no address", configured)
	}
	return all[turn%len(all)], len(all) > 1, nil
}

// betterThan has the endpoints before the one in use; all, if it is none of them.
func betterThan(inUse string, endpoints []string, find lookup) []string {
	all := inOrder(endpoints, find)
	if at := slices.Index(all, inUse); at >= 0 {
		return all[:at]
	}
	return all
}

// applied is the endpoint of the applied state as it is in use, or its first address.
func applied(configured, inUse string, find lookup) string {
	all := resolved(configured, find)
	if slices.Contains(all, inUse) || len(all) == 0 {
		return inUse
	}
	return all[0]
}
