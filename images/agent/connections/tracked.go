package connections

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// ForwardedEvery: connections that the kernel forwards have their sockets elsewhere, where they are closed.
const ForwardedEvery = 50 * time.Millisecond

// filter chooses conntrack entries.
type filter func(*netlink.ConntrackFlow) bool

func (f filter) MatchConntrackFlow(flow *netlink.ConntrackFlow) bool { return f(flow) }

// opens: the states of nf_conntrack_tcp up to ESTABLISHED; in all others an end has closed the connection.
const established3 = 3

// lastAck6: from here on, both ends have closed the connection.
const lastAck6 = 6

// forwardedTo chooses the open TCP connections that the kernel sends on to one of these addresses.
func forwardedTo(addresses []netip.AddrPort) filter {
	return func(flow *netlink.ConntrackFlow) bool {
		tcp, ok := flow.ProtoInfo.(*netlink.ProtoInfoTCP)
		if !ok || flow.Forward.Protocol != unix.IPPROTO_TCP || tcp.State > established3 {
			return false
		}
		return contains(addresses, flow.Reverse.SrcIP, flow.Reverse.SrcPort)
	}
}

// Redirected counts the open TCP connections of this network namespace that the kernel redirects, wherever to: also those
// of which one end has sent all it had.
func Redirected() (int, error) {
	return countOf(func(flow *netlink.ConntrackFlow) bool {
		tcp, ok := flow.ProtoInfo.(*netlink.ProtoInfoTCP)
		return ok && flow.Forward.Protocol == unix.IPPROTO_TCP && tcp.State < lastAck6 &&
			(!flow.Forward.DstIP.Equal(flow.Reverse.SrcIP) || flow.Forward.DstPort != flow.Reverse.SrcPort)
	})
}

// datagramsTo chooses what clients outside the pod send to one of these UDP ports of the pod.
func datagramsTo(ports []uint16, own []netip.Addr) filter {
	return func(flow *netlink.ConntrackFlow) bool {
		if flow.Forward.Protocol != unix.IPPROTO_UDP || !isOwn(own, flow.Forward.DstIP) || isOwn(own, flow.Forward.SrcIP) {
			return false
		}
		for _, port := range ports {
			if flow.Forward.DstPort == port {
				return true
			}
		}
		return false
	}
}

func contains(addresses []netip.AddrPort, ip net.IP, port uint16) bool {
	for _, one := range addresses {
		if one.Port() == port && one.Addr() == unmapped(ip) {
			return true
		}
	}
	return false
}

func isOwn(own []netip.Addr, ip net.IP) bool {
	for _, one := range own {
		if one == unmapped(ip) {
			return true
		}
	}
	return false
}

func unmapped(ip net.IP) netip.Addr {
	address, _ := netip.AddrFromSlice(ip)
	return address.Unmap()
}

// forget deletes the entries: the next packet of such a connection is answered with a reset, as no program of this pod
// knows it, and the next datagram goes where the rules lead now.
func forget(chosen filter) (int, error) {
	count, err := netlink.ConntrackDeleteFilters(netlink.ConntrackTable, unix.AF_INET, chosen)
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return int(count), fmt.Errorf("cannot delete conntrack entries: %w", err)
	}
	return int(count), nil
}

func countOf(chosen filter) (int, error) {
	flows, err := netlink.ConntrackTableList(netlink.ConntrackTable, unix.AF_INET)
	if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
		return 0, fmt.Errorf("cannot list conntrack entries: %w", err)
	}
	count := 0
	for _, flow := range flows {
		if chosen(flow) {
			count++
		}
	}
	return count, nil
}

// drainForwarded waits until the ends of the forwarded connections are closed, and forgets those that are left after the
// timeout. New ones do not come.
func drainForwarded(chosen filter, timeout time.Duration, clock clock, tell func(Counts)) error {
	start, first := clock.now(), -1
	for {
		open, err := countOf(chosen)
		if err != nil {
			return err
		}
		first = max(first, open)
		tell(Counts{Moved: first - open, Open: open})
		if open == 0 {
			return nil
		}
		if clock.now().Sub(start) >= timeout {
			count, err := forget(chosen)
			tell(Counts{Moved: first - open, Cut: count})
			return err
		}
		clock.sleep(ForwardedEvery)
	}
}
