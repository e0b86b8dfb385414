package carrier

import (
	"os"
	"slices"
	"strings"
	"syscall"
)

// runtimeVariables change how a Go program runs.
var runtimeVariables = []string{"GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK"}

const settingsPrefix = "GEFYRA_"

// clean drops the variables of the container that Carrier stands in for, but for the agent's settings: they are not meant for
// its programs. Go reads its own before the program's first line, so where there are some, the program starts again.
func clean(path string) {
	if kept, found := withoutRuntime(os.Environ()); found {
		if self, err := os.Executable(); err == nil {
			syscall.Exec(self, os.Args, kept)
		}
	}
	for _, one := range os.Environ() {
		if name, _, _ := strings.Cut(one, "="); !strings.HasPrefix(name, settingsPrefix) {
			os.Unsetenv(name)
		}
	}
	os.Setenv("PATH", path)
	// Glibc in Nginx: it returns large free buffers to the system instead of keeping them in the heap.
	os.Setenv("MALLOC_MMAP_THRESHOLD_", "131072")
	os.Setenv("MALLOC_TRIM_THRESHOLD_", "131072")
}

// withoutRuntime is pure.
func withoutRuntime(variables []string) (kept []string, found bool) {
	kept = slices.DeleteFunc(slices.Clone(variables), func(one string) bool {
		name, _, _ := strings.Cut(one, "=")
		return slices.Contains(runtimeVariables, name)
	})
	return kept, len(kept) < len(variables)
}
