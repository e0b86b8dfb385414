package connections

import "time"

// Look is what the kernel says about a connection at one moment. Its clock may go in steps of up to 10 ms: two things
// that are equally long ago may have happened in either order.
type Look struct {
	// Established: open in both directions.
	Established bool
	// Unread bytes have come and the program has not read them; Unsent bytes it has written and the kernel not sent.
	Unread, Unsent uint32
	// Unacked segments were sent and not acknowledged.
	Unacked uint32
	// Received, Sent and Acked: how long ago data came, data was sent, and an acknowledgement came.
	Received, Sent, Acked time.Duration
	// In and Out: segments with data, so far.
	In, Out uint32
	// Bytes received, so far.
	Bytes uint64
	// Acks are the segments without data that were sent, so far.
	Acks uint32
	// RoundTrip is the shortest one seen. The average counts the client's own pauses: it acknowledges late.
	RoundTrip time.Duration
}

type event int

const (
	unclear event = iota
	question
	answer
)

// last says which came last: something of the client's, or of the program's.
func (l Look) last() event {
	switch {
	case l.Unread > 0 || l.Received < l.Sent:
		return question
	case l.Received > l.Sent:
		return answer
	// In one step of the clock. Whatever a client sends after an answer also acknowledges it.
	case l.Unacked > 0:
		return answer
	// An acknowledgement without data came later: so the data before it had been answered.
	case l.Acked < l.Received:
		return answer
	default:
		return unclear
	}
}
