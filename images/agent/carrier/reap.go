package carrier

import (
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// reap takes away processes that have ended and whose parent has too: they are given to a container's process 1. Carrier's own
// children are waited for where they were started, at once; what is left after a second is nobody's.
func reap(every time.Duration) {
	if os.Getpid() != 1 {
		return
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	for range ended {
		time.Sleep(every)
		before := zombies()
		time.Sleep(every)
		for id := range zombies() {
			if before[id] {
				syscall.Wait4(id, nil, syscall.WNOHANG, nil)
			}
		}
	}
}

func zombies() map[int]bool {
	found := map[int]bool{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if id, ok := zombieOf(string(stat), os.Getpid()); err == nil && ok {
			found[id] = true
		}
	}
	return found
}

// zombieOf reads /proc/PID/stat: "PID (NAME) STATE PARENT …" (proc_pid_stat(5)); a name may have parentheses. Pure.
func zombieOf(stat string, parent int) (int, bool) {
	begin, end := strings.Index(stat, " ("), strings.LastIndex(stat, ") ")
	if begin < 0 || end < begin {
		return 0, false
	}
	rest := strings.Fields(stat[end+2:])
	id, err := strconv.Atoi(stat[:begin])
	return id, err == nil && len(rest) > 1 && rest[0] == "Z" && rest[1] == strconv.Itoa(parent)
}
