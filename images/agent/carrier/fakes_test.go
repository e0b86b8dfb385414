package carrier

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gefyra/agent/role"
)

// The kernel lists a thread's children; Nginx has one thread.
func init() {
	if filepath.Base(os.Args[0]) == "nginx" {
		runtime.LockOSThread()
	}
}

// The test's own program is Carrier, nft and Nginx too, by the name it is called under.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "nft":
		os.Exit(fakeNft(os.Args[1:]))
	case "nginx", "nginx-bind":
		os.Exit(fakeNginx(os.Args[1:]))
	case "agent":
		os.Exit(fakeAgent(os.Args[1:]))
	case "worker":
		worker()
	case "carrier":
		asCarrier()
	}
	os.Exit(m.Run())
}

// asCarrier is what the agent's main does.
func asCarrier() {
	err := Role.Do(os.Args[1:])
	code := 0
	if err != nil {
		code = 1
		fmt.Fprintf(os.Stderr, "carrier: %v\n", err)
	}
	var exit *role.ExitError
	if errors.As(err, &exit) {
		code = exit.Code
	}
	os.Exit(code)
}

// record adds a line to the file `record` beside the fakes.
func record(line string) {
	file, err := os.OpenFile(beside("record"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	fmt.Fprintln(file, line)
}

// beside: what Carrier starts has a PATH of this folder only.
func beside(name string) string { return filepath.Join(os.Getenv("PATH"), name) }

// fakeNft refuses to check what says "bad", and to load what says "unloadable"; it lists the file `ruleset`.
func fakeNft(args []string) int {
	if slices.Contains(args, "list") {
		ruleset, err := os.ReadFile(beside("ruleset"))
		if err != nil {
			ruleset = []byte(`{"nftables":[]}`)
		}
		os.Stdout.Write(ruleset)
		return 0
	}
	said, refused := strings.Join(args, " "), ""
	if file := args[len(args)-1]; strings.Contains(file, rulesFile) {
		content, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		said, refused = "load "+string(content), "unloadable"
		if args[0] == "--check" {
			said, refused = "check "+string(content), "bad"
		}
	}
	record("nft " + said)
	if refused != "" && strings.Contains(said, refused) {
		fmt.Fprintln(os.Stderr, "Error: "+refused+" rules\nmore")
		return 1
	}
	return 0
}

// fakeAgent lets as many connections follow as the file says.
func fakeAgent(args []string) int {
	if args[1] == "report" {
		fmt.Println(`[{"port":"80-tcp","moved":1,"cut":0,"open":2}]`)
		return 0
	}
	content, err := os.ReadFile(args[3])
	if err != nil || string(content) == "odd" {
		return 1
	}
	record("agent connections switch " + string(content))
	os.WriteFile(filepath.Join(args[2], "drain-80-tcp.json"), nil, 0o600)
	fmt.Println(string(content))
	return 0
}

// fakeNginx has workers as the real one does. Configurations say what it makes of them: "invalid", "dies", "unservable",
// "busy" (requests that do not end by themselves).
func fakeNginx(args []string) int {
	if slices.Contains(args, "-v") {
		return 1
	}
	file := args[len(args)-1]
	conf := func() string {
		content, _ := os.ReadFile(file)
		return string(content)
	}
	if slices.Contains(args, "-t") {
		if strings.Contains(conf(), "invalid") {
			fmt.Fprintln(os.Stderr, "nginx: [emerg] invalid\nmore")
			return 1
		}
		return 0
	}
	record("nginx start " + conf())
	if strings.Contains(conf(), "dies") {
		return 7
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTERM)
	var workers []*exec.Cmd
	fork := func() {
		if strings.Contains(conf(), "unservable") {
			return
		}
		one := &exec.Cmd{Path: beside("worker"), Args: []string{beside("worker")}, Dir: "/"}
		if err := one.Start(); err != nil {
			panic(err)
		}
		workers = append(workers, one)
	}
	end := func(some []*exec.Cmd, with syscall.Signal) {
		for _, one := range some {
			one.Process.Signal(with)
			one.Wait()
		}
	}
	os.WriteFile("nginx.pid", []byte("1"), 0o600)
	fork()
	for one := range signals {
		switch one {
		case syscall.SIGHUP:
			record("nginx reload " + conf())
			old := workers
			if workers = nil; strings.Contains(conf(), "unservable") {
				workers = old
				continue
			}
			fork()
			time.Sleep(20 * time.Millisecond)
			end(old, syscall.SIGTERM)
		case syscall.SIGQUIT:
			record("nginx quit")
			if !strings.Contains(conf(), "busy") {
				end(workers, syscall.SIGTERM)
				return 0
			}
		default:
			record("nginx terminated")
			end(workers, syscall.SIGTERM)
			return 0
		}
	}
	return 0
}

func worker() {
	time.Sleep(time.Minute)
	os.Exit(0)
}
