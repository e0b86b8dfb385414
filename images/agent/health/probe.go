package health

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"gefyra/agent/contract"
)

// Probe asks the client at an address in the tunnel: its Cargo's kernel refuses the connection, and that is the answer.
// Nothing listens there, no capability is needed, and no packet comes back but through the tunnel.
func Probe(ctx context.Context, client netip.Addr) bool {
	address := netip.AddrPortFrom(client, contract.HealthPort)
	connection, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, "tcp4", address.String())
	if err == nil {
		connection.Close()
		return true
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
