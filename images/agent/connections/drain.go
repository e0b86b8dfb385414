package connections

import (
	"errors"
	"time"
)

// Counts say what became of connections.
type Counts struct {
	// Moved: closed between requests, or by an end itself.
	Moved int `json:"moved"`
	// Cut: closed when the time was up.
	Cut int `json:"cut"`
	// Open: still to be closed.
	Open int `json:"open"`
}

// errGone: the connection is closed already.
var errGone = errors.New("the connection is gone")

// connection is one that is to be closed, and how.
type connection interface {
	// look fails with errGone when the connection is closed.
	look() (Look, error)
	close() error
}

// clock is replaced in tests.
type clock struct {
	now   func() time.Time
	sleep func(time.Duration)
}

var wallClock = clock{time.Now, time.Sleep}

// pace is how long to wait between looks: most connections are between requests soon, and each look costs.
func pace(since time.Duration) time.Duration {
	switch {
	case since < 500*time.Millisecond:
		return 250 * time.Microsecond
	case since < 2*time.Second:
		return time.Millisecond
	default:
		return 5 * time.Millisecond
	}
}

// drain closes each connection between requests, and after the timeout those that are left. It tells each round's counts.
// Fails when a connection cannot be closed: without NET_ADMIN, or on a kernel without SOCK_DESTROY.
func drain(all []connection, timeout time.Duration, settings Settings, clock clock, tell func(Counts)) error {
	start := clock.now()
	work := work{watches: map[connection]*watch{}, habits: &habits{}, settings: settings, clock: clock}
	counts := Counts{Open: len(all)}
	tell(counts)
	for len(all) > 0 {
		since := clock.now().Sub(start)
		work.hurry, work.late = since >= timeout-timeout/10, since >= timeout
		var left []connection
		for _, one := range all {
			result, err := work.step(one)
			if err != nil {
				return err
			}
			switch result {
			case moved:
				counts.Moved++
			case cut:
				counts.Cut++
			default:
				left = append(left, one)
			}
		}
		all, counts.Open = left, len(left)
		tell(counts)
		if len(all) > 0 {
			clock.sleep(pace(since))
		}
	}
	return nil
}

// work is one drain.
type work struct {
	watches  map[connection]*watch
	habits   *habits
	settings Settings
	clock    clock
	// hurry: the time is nearly up; late: it is.
	hurry, late bool
}

type result int

const (
	stays result = iota
	moved
	cut
)

// step closes a connection if it is between requests, or late. It closes right after it has looked: a request may come
// meanwhile.
func (w *work) step(one connection) (result, error) {
	look, err := one.look()
	if errors.Is(err, errGone) {
		return moved, nil
	}
	if err != nil {
		return stays, err
	}
	now := w.clock.now()
	watch, known := w.watches[one]
	if !known {
		watch = newWatch(look, now, w.habits)
		w.watches[one] = watch
	}
	watch.see(look, now, w.settings)
	result := moved
	if !watch.between(look, now, w.settings) && !(w.hurry && watch.maybeBetween(look, now, w.settings)) {
		result = cut
		if !w.late {
			return stays, nil
		}
	}
	if err := one.close(); errors.Is(err, errGone) {
		return moved, nil
	} else if err != nil {
		return stays, err
	}
	return result, nil
}
