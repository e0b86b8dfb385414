package carrier

import (
	"os"
	"strings"
	"time"
)

// ending is what Carrier sees while it ends.
type ending struct {
	// Beside: the original is there.
	Beside bool
	// Nginx runs.
	Nginx bool
	// Restored: new connections go to the original. Asked: Nginx was told to quit.
	Restored, Asked bool
	// Since Nginx was told.
	Since time.Duration
	// Listens: a program of the pod does; a stopping Nginx no longer does.
	Listens bool
}

type step int

const (
	wait step = iota
	restore
	quit
	kill
	exit
)

// next lets in-flight requests finish. In beside mode, new connections go to the original from now on, and open ones have as
// much time as the original: it stops with the pod too, but may take long, and clients may still be sent here. Pure.
func (e ending) next(finish time.Duration) step {
	switch {
	case !e.Nginx:
		return exit
	case e.Beside && !e.Restored:
		return restore
	case !e.Asked:
		return quit
	case e.Since < finish, e.Beside && e.Listens:
		return wait
	default:
		return kill
	}
}

// stop returns when Carrier may exit.
func (c *carrier) stop() {
	log("stopped")
	c.abort()
	// An apply that was under way has changed nothing or all.
	c.turn <- struct{}{}
	e := ending{Beside: c.now.beside()}
	var asked time.Time
	for {
		master := c.master()
		e.Nginx = master != nil && !master.hasEnded()
		if e.Asked {
			e.Since, e.Listens = time.Since(asked), anybodyListens()
		}
		switch e.next(c.Finish) {
		case wait:
			time.Sleep(4 * c.Poll)
		case restore:
			c.programs.restore()
			e.Restored = true
		case quit:
			master.finish(c.late())
			e.Asked, asked = true, time.Now()
		case kill:
			master.Stop(c.Finish)
		case exit:
			return
		}
	}
}

// anybodyListens in the pod's network.
func anybodyListens() bool {
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		sockets, err := os.ReadFile(file)
		if err == nil && listens(string(sockets)) {
			return true
		}
	}
	return false
}

// listens reads /proc/net/tcp: the fourth word of a line is the state, 0A is LISTEN (proc_pid_net(5)). Pure.
func listens(sockets string) bool {
	for line := range strings.Lines(sockets) {
		if fields := strings.Fields(line); len(fields) > 3 && fields[3] == "0A" {
			return true
		}
	}
	return false
}
