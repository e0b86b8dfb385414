package carrier

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"gefyra/agent/child"
)

// nginx is one master with its workers.
type nginx struct {
	*child.Process
	// asked is closed before it is told to quit, told is closed after it.
	asked, told chan struct{}
	quit        sync.Once
}

// programs are nft and Nginx, with files in the state's folder.
type programs struct {
	Settings
	state string
	// nginx is the program and its first arguments, found once.
	nginx func() []string
}

func newPrograms(settings Settings, state string) *programs {
	p := &programs{Settings: settings, state: state}
	p.nginx = sync.OnceValue(func() []string { return append(p.chooseNginx(), "-p", p.state, "-e", "stderr") })
	return p
}

// chooseNginx: below port 1024, a user other than root needs a capability, which the copy nginx-bind has. If the capability
// is not allowed, the kernel refuses to start that copy. Root's workers stay root: without capabilities they could not
// change the user.
func (p *programs) chooseNginx() []string {
	if os.Getuid() == 0 {
		return []string{"nginx", "-g", "user root;"}
	}
	if _, err := p.tell("nginx-bind", "-v"); err == nil {
		return []string{"nginx-bind"}
	}
	return []string{"nginx"}
}

// startNginx calls `ended` when it has.
func (p *programs) startNginx(ended func(*nginx)) (*nginx, error) {
	left, _ := filepath.Glob(filepath.Join(p.state, "*.sock"))
	for _, path := range append(left, filepath.Join(p.state, "nginx.pid")) {
		os.Remove(path)
	}
	args := append(p.nginx()[1:], "-c", filepath.Join(p.state, nginxFile))
	process, err := child.Program{Name: p.nginx()[0], Args: args}.Start(os.Stdout)
	if err != nil {
		return nil, err
	}
	n := &nginx{Process: process, asked: make(chan struct{}), told: make(chan struct{})}
	go func() {
		<-n.Ended()
		ended(n)
	}()
	return n, nil
}

func (n *nginx) hasEnded() bool {
	select {
	case <-n.Ended():
		return true
	default:
		return false
	}
}

// wasAsked to end.
func (n *nginx) wasAsked() bool {
	select {
	case <-n.asked:
		return true
	default:
		return false
	}
}

// finish lets in-flight requests end. A connection that was redirected a moment ago is accepted before Nginx stops
// listening.
func (n *nginx) finish(late time.Duration) {
	n.quit.Do(func() {
		time.Sleep(late)
		close(n.asked)
		n.Signal(syscall.SIGQUIT)
		close(n.told)
	})
}
