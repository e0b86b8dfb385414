package cargo

import "gefyra/agent/contract"

const (
	// IPv4 and UDP headers, WireGuard's header and tag.
	overhead = 60
	// WireGuard pads to it, so probes have a multiple of it, or the device's own MTU.
	padding = 16
)

// path is what is known and can be tried of the path to the other end.
type path interface {
	// known is the MTU that the kernel knows of the path to the endpoint in use.
	known() int
	// carries: a packet of this size makes the round trip through the tunnel.
	carries(mtu int) bool
}

// largestMTU returns the largest MTU of the tunnel, up to a limit, that the path carries in both directions. A probe that is
// too long may teach the kernel the path's MTU. From then on the kernel would fragment such probes, which arrive, but
// slowly. So the kernel's value sets the limit, and probes find the size on paths that drop silently.
func largestMTU(way path, largest int) int {
	limit := limitOf(way, largest)
	for !way.carries(limit) {
		known := limitOf(way, largest)
		if known >= limit {
			break
		}
		limit = known
	}
	limit = min(limit, limitOf(way, largest))
	if way.carries(limit) {
		return limit
	}
	low, high := contract.SmallestMTU/padding, limit/padding
	for high-low > 1 {
		if middle := (low + high) / 2; way.carries(middle * padding) {
			low = middle
		} else {
			high = middle
		}
	}
	return low * padding
}

// limitOf is the tunnel's MTU by the kernel's knowledge of the path, up to a limit.
func limitOf(way path, largest int) int {
	room := way.known() - overhead
	if room >= largest {
		return largest
	}
	return room / padding * padding
}
