package carrier

import (
	"time"

	"gefyra/agent/connections"
)

// ending is what Carrier sees while it ends.
type ending struct {
	// Beside: the original is there, and the pod ends: an ephemeral container is never stopped alone.
	Beside bool
	// Redirects: packets are sent on by the kernel.
	Redirects bool
	// Nginx runs.
	Nginx bool
	// Restored: new connections go to the original. Asked: Nginx was told to quit.
	Restored, Asked bool
	// Since Carrier was told to stop, and since Nginx was told.
	Since, SinceAsked time.Duration
	// Open connections that the kernel redirects.
	Open int
}

type step int

const (
	wait step = iota
	restore
	quit
	kill
	exit
)

// next: requests in flight end as they would without a bridge. A pod that ends is sent new connections until all proxies have
// its new endpoints, so Carrier takes them until then, and stays while connections are open; the kubelet ends it when the
// grace period has. In the original's place it has little time: the original may be about to come back. Pure.
func (e ending) next(s Settings) step {
	switch {
	case e.Beside && (e.Redirects || e.Nginx) && e.Since < s.Endpoints:
		return wait
	case e.Beside && e.Nginx && !e.Restored:
		return restore
	case e.Nginx && !e.Asked:
		return quit
	case e.Nginx && (e.Beside || e.SinceAsked < s.Finish):
		return wait
	case e.Nginx:
		return kill
	case e.Beside && e.Open > 0:
		return wait
	default:
		return exit
	}
}

// stop returns when Carrier may exit.
func (c *carrier) stop() {
	log("stopping")
	c.abort()
	// An apply that was under way has changed nothing or all.
	c.turn <- struct{}{}
	e := ending{Beside: c.now.beside(), Redirects: c.now.redirects()}
	var asked time.Time
	for start := time.Now(); ; {
		master := c.master()
		e.Nginx = master != nil && !master.hasEnded()
		e.Since, e.SinceAsked = time.Since(start), time.Since(asked)
		// A look costs, and decides nothing before.
		if !e.Nginx && !(e.Redirects && e.Since < c.Endpoints) {
			e.Open = c.redirected()
		}
		switch e.next(c.Settings) {
		case wait:
			time.Sleep(c.Watch)
		case restore:
			c.programs.restore()
			e.Restored = true
		case quit:
			master.finish(c.late())
			e.Asked, asked = true, time.Now()
		case kill:
			master.Stop(c.Finish)
		case exit:
			log("stopped")
			return
		}
	}
}

// redirected connections are in the kernel's list; where it cannot be read, they are not waited for.
func (c *carrier) redirected() int {
	if !c.now.beside() {
		return 0
	}
	open, err := connections.Redirected()
	if err != nil {
		log("%v", err)
	}
	return open
}
