// Package fakes is for tests: programs that record how they were called and answer what the test says, first on the PATH,
// and the agent itself as a program.
package fakes

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const asAgent = "AGENT_UNDER_TEST"

// Main is for TestMain of a package whose tests run the agent: the test's own binary is the agent where Agent starts it.
func Main(m *testing.M, agent func()) {
	if os.Getenv(asAgent) != "" {
		agent()
		return
	}
	os.Exit(m.Run())
}

// Agent returns the agent as a program with these arguments.
func Agent(args ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], args...)
	command.Env = append(os.Environ(), asAgent+"=1")
	return command
}

// Programs has fakes by name: shell that runs after each call was recorded.
type Programs struct {
	folder string
	calls  string
}

// New puts fakes on the PATH. Each is the text of a shell script, which has the arguments; empty: it succeeds silently.
func New(t *testing.T, scripts map[string]string) *Programs {
	t.Helper()
	folder := t.TempDir()
	fakes := &Programs{folder, filepath.Join(folder, "calls")}
	for name, script := range scripts {
		fakes.Set(t, name, script)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	return fakes
}

// Set replaces what a fake does.
func (p *Programs) Set(t *testing.T, name, script string) {
	t.Helper()
	text := "#!/bin/sh\necho \"" + name + " $*\" >>" + p.calls + "\n" + script + "\n"
	next := filepath.Join(p.folder, name+".new")
	if err := os.WriteFile(next, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(p.folder, name)); err != nil {
		t.Fatal(err)
	}
}

// Calls returns the calls since the last time, each a line: the program and its arguments.
func (p *Programs) Calls(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(p.calls)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	_ = os.Remove(p.calls)
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

// Folder is a temporary one with a short path. A socket's path may have 107 bytes (unix(7)), and t.TempDir has the test's name.
func Folder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// Root makes a folder for AGENT_ROOT, with files by absolute path.
func Root(t *testing.T, files map[string]string) string {
	t.Helper()
	root := Folder(t)
	for path, text := range files {
		file := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AGENT_ROOT", root)
	return root
}

// Tar is a tar of files, as `apply` reads it.
func Tar(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	for name, text := range files {
		if err := writer.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}
