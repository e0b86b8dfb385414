package carrier

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gefyra/agent/role"
)

// realPrograms of the names that the image has given to the stand-in.
const realPrograms = "/opt/carrier/real"

// StandsIn tells whether other programs' names lead to this one: only in Carrier's image.
func StandsIn() bool {
	_, err := os.Lstat(realPrograms)
	return err == nil
}

// StandIn is the program that a pod's `command` runs after only the image of its container was replaced. Under the name of a
// shell, an interpreter or an entrypoint it becomes Carrier if it is the container's main process, else the real program.
func StandIn(name string, args []string) error {
	if isMain(os.Getppid(), os.Getpid(), func() bool { return Role.Do([]string{"running"}) == nil }) {
		return Role.Do([]string{"run"})
	}
	// A login shell's name begins with a hyphen.
	path := filepath.Join(realPrograms, strings.TrimPrefix(name, "-"))
	if _, err := os.Lstat(path); err == nil {
		err = syscall.Exec(path, append([]string{path}, args...), os.Environ())
		return &role.ExitError{Code: 126, Err: err}
	}
	return &role.ExitError{Code: 127, Err: errors.New("not here while Carrier stands in for this container")}
}

// isMain: the main process is the one that the runtime started (no visible parent) before any Carrier ran here: process 1 or,
// if the pod shares its process namespace, any process. Pure but for `running`.
func isMain(parent, self int, running func() bool) bool {
	return parent == 0 && (self == 1 || !running())
}
