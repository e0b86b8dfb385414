package carrier

import (
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"gefyra/agent/role"
)

func run(settings Settings) error {
	clean(settings.Path)
	// Little memory is worth more here than speed: most of the time nothing happens.
	debug.SetGCPercent(10)
	runtime.GOMAXPROCS(1)
	syscall.Umask(0o077)
	raiseFiles()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	// Not ignored: programs that are started would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGPIPE, syscall.SIGUSR1, syscall.SIGUSR2)
	go reap(settings.Orphan)
	state, err := makeState(settings.Places)
	if err != nil {
		return err
	}
	// Paths in nginx.conf are relative to it, those of sockets too.
	if err := os.Chdir(state); err != nil {
		return err
	}
	listener, err := listen(state)
	if err != nil {
		return err
	}
	c := newCarrier(settings, state)
	log("waiting for configuration (%s)", state)
	go c.serve(listener)
	select {
	case failed := <-c.failed:
		return &role.ExitError{Code: exitRefused, Err: failed}
	case <-signals:
		c.stop()
		return nil
	}
}

// raiseFiles: each connection of Nginx needs an open file. A program that sets its limit itself passes it on.
func raiseFiles() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
}
