package connections

import (
	"errors"
	"testing"
	"time"
)

// fake is a connection with a clock of its own making.
type fake struct {
	looks  func(time.Time) (Look, error)
	now    func() time.Time
	closed bool
	fails  error
}

func (f *fake) look() (Look, error) { return f.looks(f.now()) }

func (f *fake) close() error {
	f.closed = f.fails == nil
	return f.fails
}

func TestDrain(t *testing.T) {
	start := time.Unix(1_000, 0)
	idle := func(time.Time) (Look, error) {
		return Look{Established: true, Received: 5 * time.Second, Sent: 4 * time.Second}, nil
	}
	// Something comes every 20 ms.
	busy := func(now time.Time) (Look, error) {
		step := uint32(now.Sub(start) / (20 * ms))
		return Look{Established: true, Out: 1 + step, Received: 5 * time.Second, Sent: now.Sub(start) % (20 * ms)}, nil
	}
	ends := func(now time.Time) (Look, error) {
		if now.Sub(start) > time.Second {
			return Look{}, errGone
		}
		return busy(now)
	}
	for name, test := range map[string]struct {
		looks   []func(time.Time) (Look, error)
		timeout time.Duration
		fails   error
		want    Counts
		took    time.Duration
		err     bool
	}{
		"nothing is open":              {nil, 5 * time.Second, nil, Counts{}, 0, false},
		"an idle one moves at once":    {looksOf(idle, idle), 5 * time.Second, nil, Counts{Moved: 2}, 0, false},
		"a stream is cut in the end":   {looksOf(idle, busy), 5 * time.Second, nil, Counts{Moved: 1, Cut: 1}, 5 * time.Second, false},
		"all at once":                  {looksOf(idle, busy), 0, nil, Counts{Moved: 1, Cut: 1}, 0, false},
		"one that ends is waited for":  {looksOf(ends), 5 * time.Second, nil, Counts{Moved: 1}, time.Second, false},
		"one that ended at the moment": {looksOf(idle), time.Second, errGone, Counts{Moved: 1}, 0, false},
		"not allowed":                  {looksOf(idle), time.Second, errors.New("operation not permitted"), Counts{Open: 1}, 0, true},
	} {
		now := start
		clock := clock{func() time.Time { return now }, func(time time.Duration) { now = now.Add(time) }}
		var all []connection
		for _, looks := range test.looks {
			all = append(all, &fake{looks: looks, now: clock.now, fails: test.fails})
		}
		var got Counts
		err := drain(all, test.timeout, production, clock, func(counts Counts) { got = counts })
		took := now.Sub(start)
		if got != test.want || (err != nil) != test.err || took < test.took || took > test.took+20*ms {
			t.Errorf("%s: %+v after %s (%v)", name, got, took, err)
		}
	}
}

func looksOf(looks ...func(time.Time) (Look, error)) []func(time.Time) (Look, error) { return looks }

func TestReports(t *testing.T) {
	folder := t.TempDir()
	total := newTotal(folder + "/" + reportName("80-tcp"))
	one, two := total.part(), total.part()
	one(Counts{Moved: 1, Open: 2})
	two(Counts{Cut: 1})
	got, err := readReportsIn(folder)
	want := Report{Port: "80-tcp", Counts: Counts{Moved: 1, Cut: 1, Open: 2}}
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("%+v (%v)", got, err)
	}
}
