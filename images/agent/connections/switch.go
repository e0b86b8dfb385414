package connections

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"gefyra/agent/files"
)

// portsFile is kept in the state folder.
const portsFile = "connections.json"

// Switch compares file with the one in the state folder and makes it that one, and starts a drain for each port that
// leads elsewhere now, if there is anything to drain. Returns how many connections are to follow. It is called when new
// connections already go where they should.
func Switch(state, file string) (int, error) {
	before, err := readPorts(filepath.Join(state, portsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	now, err := readPorts(file)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, drain := range plan(before, now) {
		open, err := begin(drain, state)
		if err != nil {
			return total, err
		}
		total += open
	}
	text, err := json.Marshal(now)
	if err != nil {
		return total, err
	}
	return total, files.Replace(filepath.Join(state, portsFile), text)
}

func begin(drain Drain, state string) (int, error) {
	report := filepath.Join(state, reportName(drain.Name))
	supersede(state, report)
	flags := drain.flags(report)
	want, err := parseFlags(flags)
	if err != nil {
		return 0, err
	}
	open, err := count(want)
	if err != nil || open == 0 && len(want.datagrams) == 0 {
		return 0, err
	}
	if err := writeReport(report, Report{Counts: Counts{Open: open}}); err != nil {
		return 0, err
	}
	return open, start(drain.Name, flags)
}

func readPorts(file string) (Ports, error) {
	var ports Ports
	text, err := os.ReadFile(file)
	if err != nil {
		return ports, err
	}
	if err := json.Unmarshal(text, &ports); err != nil {
		return ports, fmt.Errorf("cannot read %s: %w", filepath.Base(file), err)
	}
	return ports, nil
}

// supersede ends the drain that still works on the port, as its connections may be wanted again, and takes its report.
func supersede(state, report string) {
	last, err := readReport(os.DirFS(state), filepath.Base(report))
	os.Remove(report)
	if err != nil || last.Process == 0 {
		return
	}
	// Another program may have the number by now.
	if command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", last.Process)); err == nil && bytes.Contains(command, []byte(report)) {
		_ = syscall.Kill(last.Process, syscall.SIGKILL)
	}
}

// start runs `connections drain` in a process that outlives this one, which a client's exec may end at any time.
func start(port string, flags []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(self, append([]string{"connections", "drain"}, flags...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return fmt.Errorf("cannot close connections of port %s: %w", port, err)
	}
	return command.Process.Release()
}

func (d Drain) flags(report string) []string {
	all := []string{"--timeout", d.Timeout.String(), "--report", report}
	add := func(name string, values ...string) {
		for _, value := range values {
			all = append(all, name, value)
		}
	}
	add("--port", texts(d.Sockets)...)
	add("--datagrams", texts(d.Datagrams)...)
	add("--upstream", d.Upstreams...)
	add("--forwarded", d.Forwarded...)
	add("--reset", d.Reset...)
	return all
}

func texts(ports []uint16) []string {
	all := make([]string, len(ports))
	for i, port := range ports {
		all[i] = strconv.Itoa(int(port))
	}
	return all
}
