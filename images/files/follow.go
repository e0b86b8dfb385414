package main

import (
	"bufio"
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// The pod says something at least every heartbeat.
	silence = 3 * heartbeat
	// Between two attempts, growing.
	firstPause = time.Second
	lastPause  = 15 * time.Second
)

// follow is the main process of the local container.
func follow() error {
	if err := ensureKey(); err != nil {
		return err
	}
	reload, left, stop := make(chan os.Signal, 1), make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	signal.Notify(left, syscall.SIGUSR1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	stopped, cancel := context.WithCancel(context.Background())
	go func() {
		<-stop
		cancel()
	}()
	for stopped.Err() == nil {
		var wanted session
		if err := readJSON(sessionFile, &wanted); err != nil || len(wanted.Shares) == 0 {
			wait(stopped, reload, time.Hour)
			continue
		}
		ctx, end := context.WithCancel(stopped)
		done := make(chan struct{})
		current := newFollower(wanted)
		go func() {
			defer close(done)
			current.run(ctx)
		}()
		select {
		case <-reload:
		case <-left:
			current.leaving.Store(true)
		case <-stopped.Done():
		}
		end()
		<-done
		if current.leaving.Load() {
			_ = os.Remove(filepath.Join(stateFolder, statusFile))
		}
	}
	log("stopped")
	return nil
}

func wait(ctx context.Context, woken <-chan os.Signal, longest time.Duration) {
	select {
	case <-ctx.Done():
	case <-woken:
	case <-time.After(longest):
	}
}

type follower struct {
	session session
	status  *status
	lock    sync.Mutex
	dirty   map[string]bool
	wake    chan struct{}
	// The user took it down, so the pod is told. A container that merely stops may start again.
	leaving atomic.Bool
}

func newFollower(wanted session) *follower {
	return &follower{
		session: wanted,
		status:  newStatus(wanted),
		dirty:   map[string]bool{},
		wake:    make(chan struct{}, 1),
	}
}

// run watches the pod, and transfers what has changed, until ctx ends.
func (f *follower) run(ctx context.Context) {
	go f.transferAll(ctx)
	go f.watchLocal(ctx)
	pause := firstPause
	for ctx.Err() == nil {
		start := time.Now()
		err := f.watchPod(ctx)
		if ctx.Err() != nil {
			return
		}
		f.status.lost(plainDial(err))
		log("the pod does not answer: %v", err)
		if time.Since(start) > silence {
			pause = firstPause
		}
		wait(ctx, nil, pause)
		pause = min(2*pause, lastPause)
	}
}

func (f *follower) watchPod(ctx context.Context) error {
	conn, err := connect(f.session, hello{Watch: true})
	if err != nil {
		return err
	}
	closed := make(chan struct{})
	defer close(closed)
	go func() {
		select {
		case <-ctx.Done():
			if f.leaving.Load() {
				_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
				_, _ = conn.Write([]byte(bye))
			}
		case <-closed:
		}
		_ = conn.Close()
	}()
	lines := bufio.NewReader(conn)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(silence))
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		f.status.connected()
		if name := strings.TrimSpace(line); name != "" {
			f.mark(name, false)
		}
	}
}

// watchLocal looks for changes of what goes back to the pod.
func (f *follower) watchLocal(ctx context.Context) {
	seen := map[string]uint64{}
	for {
		start, any := time.Now(), false
		for _, one := range f.session.Shares {
			if !one.Back || !f.seeded(one) {
				continue
			}
			any = true
			now := digest(one.Folder)
			if before, known := seen[one.Name]; !known || before != now {
				seen[one.Name] = now
				f.mark(one.Name, true)
			}
		}
		pause := pauseAfter(time.Since(start))
		if !any && !f.sendsBack() {
			return
		}
		wait(ctx, nil, pause)
		if ctx.Err() != nil {
			return
		}
	}
}

func (f *follower) sendsBack() bool {
	for _, one := range f.session.Shares {
		if one.Back {
			return true
		}
	}
	return false
}

// mark notes that a share has changed at one end. A share goes in one direction: back as soon as it was here once.
func (f *follower) mark(name string, local bool) {
	for _, one := range f.session.Shares {
		if one.Name != name || (one.Back && f.seeded(one)) != local {
			continue
		}
		f.lock.Lock()
		f.dirty[name] = true
		f.lock.Unlock()
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// The first time, also a share that goes back comes from the pod: the local directory is empty then.
func (f *follower) seeded(one followed) bool {
	_, err := os.Stat(filepath.Join(stateFolder, "seeded-"+one.Name))
	return err == nil
}

func (f *follower) transferAll(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		failed := false
		for _, one := range f.session.Shares {
			if !f.take(one.Name) {
				continue
			}
			back := one.Back && f.seeded(one)
			problem, complete := transfer(ctx, one, back)
			if ctx.Err() != nil {
				return
			}
			f.status.transferred(one.Name, problem, complete)
			if problem != "" {
				log("%s: %s", one.Name, problem)
			}
			if complete && one.Back && !back {
				_ = os.WriteFile(filepath.Join(stateFolder, "seeded-"+one.Name), nil, 0o600)
			}
			if !complete {
				failed = true
				f.lock.Lock()
				f.dirty[one.Name] = true
				f.lock.Unlock()
			}
		}
		if failed {
			wait(ctx, nil, pause)
			pause = min(2*pause, lastPause)
			continue
		}
		pause = firstPause
		select {
		case <-ctx.Done():
		case <-f.wake:
		}
	}
}

func (f *follower) take(name string) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	taken := f.dirty[name]
	delete(f.dirty, name)
	return taken
}
