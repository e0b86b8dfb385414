package tee

import "sync/atomic"

// Counts of what became of copies.
type Counts struct{ connections, copies, refused, full, failed, skipped, private atomic.Int64 }

// Seen is what `carrier status` prints about mirrored ports.
type Seen struct {
	// Connections of clients.
	Connections int64 `json:"connections"`
	// Copies: connections to the local container.
	Copies int64 `json:"copies"`
	// Refused: the local container could not be reached.
	Refused int64 `json:"refused"`
	// Full: it did not keep up. Failed: it closed before it had read all. Skipped: too many copies were open.
	Full    int64 `json:"full"`
	Failed  int64 `json:"failed"`
	Skipped int64 `json:"skipped"`
	// Private: TLS, or a probe of the kubelet.
	Private int64 `json:"private"`
}

func (c *Counts) seen() Seen {
	return Seen{
		c.connections.Load(), c.copies.Load(), c.refused.Load(), c.full.Load(), c.failed.Load(), c.skipped.Load(),
		c.private.Load(),
	}
}
