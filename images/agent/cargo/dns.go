package cargo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/role"
)

// dns is CoreDNS.
type dns struct {
	corefile string
	wait     time.Duration
	process  *child.Process
	// said has what CoreDNS says of its configuration: nil for yes.
	said chan error
	// served: it has accepted a configuration once. One that ends after that stops the container, and the restart policy
	// starts everything again. One that refused its first Corefile leaves the tunnel running.
	served bool
	failed chan error
}

// apply starts CoreDNS, or reloads it without losing a query.
func (d *dns) apply(text string) error {
	if err := os.WriteFile(d.corefile, []byte(text), 0o600); err != nil {
		return err
	}
	d.forget()
	if d.process != nil {
		if err := d.process.Signal(syscall.SIGUSR1); err != nil {
			return err
		}
	} else if err := d.start(); err != nil {
		return err
	}
	select {
	case err := <-d.said:
		d.served = d.served || err == nil
		if err != nil && !d.served {
			d.process = nil
			role.Log(name, "CoreDNS did not start")
		}
		return err
	case <-time.After(d.wait):
		return errors.New("CoreDNS does not answer")
	}
}

func (d *dns) start() error {
	reader, writer := io.Pipe()
	process, err := child.Program{Name: "coredns", Args: []string{"-conf", d.corefile}}.Start(writer)
	if err != nil {
		return err
	}
	d.process = process
	go func() {
		<-process.Ended()
		_ = writer.Close()
	}()
	go d.relay(reader, process)
	return nil
}

// relay passes CoreDNS's log on.
func (d *dns) relay(from io.Reader, process *child.Process) {
	last, once := "CoreDNS ended", false
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		last = lines.Text()
		fmt.Println(last)
		if accepted, refused := verdict(last); accepted || refused {
			once = once || accepted
			d.tell(refused, last)
		}
	}
	<-process.Ended()
	if once {
		d.failed <- process.Result()
	}
	d.tell(true, last)
}

// verdict reads what CoreDNS says when it has started, reloaded, or refused to reload.
func verdict(line string) (accepted, refused bool) {
	return strings.HasPrefix(line, "CoreDNS-") || strings.Contains(line, "Reloading complete"), strings.Contains(line, "[ERROR] SIGUSR1")
}

func (d *dns) tell(refused bool, line string) {
	var said error
	if refused {
		said = errors.New(line)
	}
	select {
	case d.said <- said:
	default: // nobody asks
	}
}

func (d *dns) forget() {
	select {
	case <-d.said:
	default:
	}
}
