package carrier

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gefyra/agent/fakes"
)

// rig is a Carrier that runs, with fakes for nft and Nginx that record what they are told.
type rig struct {
	*testing.T
	folder   string
	settings []string
	run      *exec.Cmd
	ended    chan struct{}
	read     int
}

// newRig starts it; the settings are NAME=VALUE, without what they begin with.
func newRig(t *testing.T, settings ...string) *rig {
	folder := fakes.Folder(t)
	r := &rig{T: t, folder: folder, ended: make(chan struct{})}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"carrier", "nft", "nginx", "nginx-bind", "agent", "worker"} {
		if err := os.Symlink(self, r.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	os.WriteFile(r.path("forwarding"), []byte("1\n"), 0o600)
	r.settings = append([]string{
		"PLACES=" + r.path("none") + "," + folder, "PATH=" + folder, "FORWARDING=" + r.path("forwarding"),
		"TAKE=2s", "FINISH=100ms", "LATE=1ms", "ENDPOINTS=50ms", "WATCH=10ms",
	}, settings...)
	r.run = r.command("run", "ignored")
	// A file: Nginx may outlive a Carrier that is killed.
	output, err := os.Create(r.path("output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	r.run.Stdout, r.run.Stderr = output, output
	if err := r.run.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		r.run.Wait()
		close(r.ended)
	}()
	t.Cleanup(func() {
		syscall.Kill(-r.run.Process.Pid, syscall.SIGKILL)
		<-r.ended
		if t.Failed() {
			said, _ := os.ReadFile(r.path("output"))
			t.Log(string(said))
		}
	})
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.folder, name) }

// command in a process group of its own, which the test ends.
func (r *rig) command(args ...string) *exec.Cmd {
	cmd := exec.Command(r.path("carrier"), args...)
	cmd.Env = append(os.Environ(), "GOGC=off")
	for _, setting := range r.settings {
		cmd.Env = append(cmd.Env, "GEFYRA_CARRIER_"+setting)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// ask runs a command of Carrier; it returns what that prints, and its exit code where that is not 0.
func (r *rig) ask(stdin []byte, args ...string) string {
	r.Helper()
	cmd := r.command(args...)
	cmd.Stdin = bytes.NewReader(stdin)
	said, err := cmd.CombinedOutput()
	text := strings.TrimSpace(string(said))
	if err != nil {
		text = strings.TrimSpace(fmt.Sprintf("%d %s", cmd.ProcessState.ExitCode(), text))
	}
	return text
}

// apply takes "nginx.conf | nftables.conf", and "| connections.json" after it; "-" is an absent file.
func (r *rig) apply(files string) string {
	r.Helper()
	parts := append(strings.Split(files, " | "), "-")
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	for name, text := range map[string]string{nginxFile: parts[0], rulesFile: parts[1], connectionsFile: parts[2]} {
		if text != "-" {
			writer.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600})
			writer.Write([]byte(text))
		}
	}
	writer.Close()
	return r.ask(packed.Bytes(), "apply")
}

// recorded returns what the fakes have been told since it was last asked.
func (r *rig) recorded() string {
	all, _ := os.ReadFile(r.path("record"))
	fresh := strings.TrimSpace(string(all[r.read:]))
	r.read = len(all)
	return strings.ReplaceAll(fresh, "\n", ", ")
}

func (r *rig) expect(name, got, want string) {
	r.Helper()
	if got != want {
		r.Fatalf("%s:\n%s\ninstead of\n%s", name, got, want)
	}
}

// exits waits until Carrier has; it returns its exit code.
func (r *rig) exits() int {
	r.Helper()
	select {
	case <-r.ended:
		return r.run.ProcessState.ExitCode()
	case <-time.After(5 * time.Second):
		r.Fatal("Carrier is still there")
		return -1
	}
}

func (r *rig) has(name string) string {
	found, _ := filepath.Glob(r.path("carrier-*/" + name))
	if len(found) == 0 {
		return ""
	}
	content, _ := os.ReadFile(found[0])
	return string(content)
}
