package cargo

import "time"

// watch decides what Cargo does about its peer. A peer that lost its session (Stowaway restarted) drops packets silently,
// and WireGuard detects that up to two minutes later. Both ends send keepalives, so silence shows it: Cargo then drops the
// session and starts a new one, at the next known endpoint if there are several.
type watch struct {
	every, betterEvery time.Duration
	received           int64
	silent             time.Duration
	asked              time.Duration
	turn, asks         int
}

// look is what wg says of the peer.
type look struct {
	// at is the time since the start.
	at time.Duration
	// received is in bytes, in this session; keepalive is 0 if there is none.
	received  int64
	keepalive time.Duration
}

type action struct {
	kind string
	// turn chooses one of several endpoints.
	turn int
}

const (
	nothing   = ""
	renew     = "renew"
	tryBetter = "try better"
)

func (w watch) next(seen look) (watch, action) {
	if seen.received != w.received {
		w.received, w.silent, w.turn = seen.received, 0, 0
		if seen.at-w.asked < w.betterEvery {
			return w, action{}
		}
		w.asked, w.asks = seen.at, w.asks+1
		return w, action{tryBetter, w.asks - 1}
	}
	w.silent += w.every
	if seen.keepalive == 0 || w.silent <= 2*seen.keepalive {
		return w, action{}
	}
	w.turn++
	w.received, w.silent = 0, 0
	return w, action{renew, w.turn - 1}
}

// without a peer there is no silence.
func (w watch) alone() watch {
	w.silent = 0
	return w
}
