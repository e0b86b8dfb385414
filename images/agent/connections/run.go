package connections

import (
	"errors"
	"net/netip"
	"slices"
)

// run closes everything that is wanted, each kind by its own means and all at the same time.
func run(want wanted) (counts Counts, err error) {
	total := newTotal(want.report)
	if want.report != "" {
		defer func() { total.fail(err) }()
	}
	own, err := own()
	if err != nil {
		return Counts{}, err
	}
	diag, err := openDiag()
	if err != nil {
		return Counts{}, err
	}
	defer diag.Close()
	chosen, err := choose(diag, want, own)
	if err != nil {
		return Counts{}, err
	}
	if len(want.datagrams) > 0 {
		if _, err := forget(datagramsTo(want.datagrams, own)); err != nil {
			return Counts{}, err
		}
	}
	var jobs []func() error
	if len(chosen) > 0 || len(want.sockets)+len(want.upstreams) > 0 {
		tell := total.part()
		jobs = append(jobs, func() error { return drain(chosen, want.timeout, want.settings, wallClock, tell) })
	}
	if len(want.forwarded) > 0 {
		tell := total.part()
		jobs = append(jobs, func() error { return drainForwarded(forwardedTo(want.forwarded), want.timeout, wallClock, tell) })
	}
	if len(want.resets) > 0 {
		tell := total.part()
		jobs = append(jobs, func() error { return drainForwarded(forwardedTo(want.resets), 0, wallClock, tell) })
	}
	err = runAll(jobs)
	return total.counts(), err
}

func runAll(jobs []func() error) error {
	results := make(chan error)
	for _, job := range jobs {
		go func() { results <- job() }()
	}
	var all error
	for range jobs {
		all = errors.Join(all, <-results)
	}
	return all
}

// count says how many connections would be closed or waited for.
func count(want wanted) (int, error) {
	own, err := own()
	if err != nil {
		return 0, err
	}
	diag, err := openDiag()
	if err != nil {
		return 0, err
	}
	defer diag.Close()
	chosen, err := choose(diag, want, own)
	if err != nil || len(want.forwarded)+len(want.resets) == 0 {
		return len(chosen), err
	}
	forwarded, err := countOf(forwardedTo(slices.Concat(want.forwarded, want.resets)))
	return len(chosen) + forwarded, err
}

// choose lists the connections that exist now: those that come later go where they should.
func choose(diag *diag, want wanted, own []netip.Addr) ([]connection, error) {
	var chosen []connection
	for _, port := range want.sockets {
		all, err := diag.list(port, 0)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if want.includes(one, own) {
				chosen = append(chosen, one)
			}
		}
	}
	for _, upstream := range want.upstreams {
		all, err := diag.list(0, upstream.Port())
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if one.remote == upstream {
				chosen = append(chosen, passedOn{one})
			}
		}
	}
	return chosen, nil
}

func (want wanted) includes(one *socket, own []netip.Addr) bool {
	from := one.remote.Addr()
	inside := from.IsLoopback() || slices.Contains(own, from)
	return (!inside || want.loopback) && (len(want.peers) == 0 || slices.Contains(want.peers, from))
}

// passedOn is a connection of Nginx's to the one that served before. Nginx itself ends it between requests.
type passedOn struct{ *socket }

func (p passedOn) look() (Look, error) {
	look, err := p.socket.look()
	look.Established = false
	return look, err
}
