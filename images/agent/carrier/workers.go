package carrier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// look is what is seen of Nginx at one moment.
type look struct {
	// workers: process ids; nil where this kernel has no list of children.
	workers []string
	// leaving: those of them that accept no more.
	leaving map[string]bool
	// ready: the master has written its pid, which it does before it starts workers.
	ready bool
	ended bool
}

// takes tells whether new workers serve. Pure.
func (l look) takes(old []string) bool {
	if l.workers == nil {
		return l.ready
	}
	return slices.ContainsFunc(l.workers, func(id string) bool { return !slices.Contains(old, id) })
}

// alone tells whether the old workers accept no more. Pure.
func (l look) alone(old []string) bool {
	return !slices.ContainsFunc(l.workers, func(id string) bool { return slices.Contains(old, id) && !l.leaving[id] })
}

// look at Nginx's workers, which are the children of the master. A worker that leaves says so in its title.
func (p *programs) look(n *nginx) look {
	seen := look{ended: n.hasEnded(), leaving: map[string]bool{}}
	pid, err := os.ReadFile(filepath.Join(p.state, "nginx.pid"))
	seen.ready = err == nil && len(pid) > 0
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", n.PID(), n.PID()))
	if errors.Is(err, fs.ErrNotExist) && !seen.ended {
		return seen
	}
	seen.workers = strings.Fields(string(children))
	if seen.workers == nil {
		seen.workers = []string{}
	}
	for _, id := range seen.workers {
		title, err := os.ReadFile("/proc/" + id + "/cmdline")
		seen.leaving[id] = err != nil || len(title) == 0 || bytes.Contains(title, []byte("shutting down"))
	}
	return seen
}

// awaitServing returns when the new configuration serves, and the old one no more: not when it was sent. A master gives new
// workers 100 ms before it stops the old ones. False: Nginx does not take it.
func (p *programs) awaitServing(ctx context.Context, n *nginx, old []string) bool {
	// By time, not by tries: on a busy node each of them takes long.
	end, taken := time.Now().Add(p.Take), false
	for ; ctx.Err() == nil && time.Now().Before(end); time.Sleep(p.Poll) {
		seen := p.look(n)
		if seen.ended {
			return false
		}
		if !taken && seen.takes(old) {
			taken = true
			end = time.Now().Add(p.Handover)
		}
		if taken && seen.workers != nil && seen.alone(old) {
			return true
		}
	}
	return taken
}
