package health

import (
	"slices"
	"time"
)

// Judge decides for one Carrier which of Stowaway's ports the original serves instead of. It knows nothing but what it is
// told, so its table of tests is all there is to it. Not for use by several goroutines.
type Judge struct {
	// SuspendAfter so much silence, the original serves.
	SuspendAfter time.Duration
	// ResumeAfter: for so long must the client have answered again. A path that comes and goes would move the traffic with it.
	ResumeAfter time.Duration

	line Line
	// heard: when Stowaway was heard last; zero: never, so it may be one that tells nothing.
	heard time.Time
	// suspended: ports that the original serves; since when the client has answered again, or zero.
	suspended map[uint16]time.Time
}

// Hear a line.
func (j *Judge) Hear(line Line, now time.Time) { j.line, j.heard = line, now }

// Suspended are the ports, of those that the Carrier sends to, that the original serves at this time, sorted.
//
// The silence of a client is what Stowaway said, and what has passed since: a Stowaway that is gone and a client that is
// gone are the same to whoever waits for an answer.
func (j *Judge) Suspended(ports []uint16, now time.Time) []uint16 {
	next := map[uint16]time.Time{}
	for _, port := range ports {
		since, suspended := j.suspended[port]
		silence, known := j.silence(port, now)
		switch {
		case known && silence > j.SuspendAfter:
			next[port] = time.Time{}
		case !suspended:
			// Taken, and stays so.
		case !known || silence > answersWithin:
			next[port] = time.Time{}
		case since.IsZero():
			next[port] = now
		case now.Sub(since) < j.ResumeAfter:
			next[port] = since
		}
	}
	j.suspended = next
	all := make([]uint16, 0, len(next))
	for port := range next {
		all = append(all, port)
	}
	slices.Sort(all)
	return all
}

// answersWithin: whoever is probed each second and answers has done so by then, even if one probe was lost.
const answersWithin = 2500 * time.Millisecond

// silence of the client of a port; false: unknown, so nothing changes.
func (j *Judge) silence(port uint16, now time.Time) (time.Duration, bool) {
	if j.heard.IsZero() {
		return 0, false
	}
	since := now.Sub(j.heard)
	if since > j.SuspendAfter {
		return since, true
	}
	at := slices.IndexFunc(j.line.Ports, func(one Port) bool { return one.Port == port })
	if at < 0 || j.line.Ports[at].SilentMs == nil {
		return 0, false
	}
	return since + time.Duration(*j.line.Ports[at].SilentMs)*time.Millisecond, true
}
