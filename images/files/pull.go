package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// Times are compared to the nanosecond. A stalled line ends rsync after a minute. `--delay-updates` puts all files of a
// transfer under their names at its end, each by renaming a complete one; what was interrupted goes on where it was.
var common = []string{"-rptHS", "--modify-window=-1", "--timeout=60", "--delay-updates", "--info=NONREG0"}

var shell = []string{"-e", "files dial"}

// transfers are the arguments of the rsyncs that bring a share here, or back, one after the other. Pure.
//
// A directory comes in two: first all files, then the links and what is to be removed. So a link, such as `..data` of a
// ConfigMap, never leads to a file that is not here yet, and a file that it led to goes last.
func transfers(share followed, back bool) [][]string {
	to := share.Folder + "/"
	with := func(parts ...[]string) []string {
		all := append([]string{}, common...)
		for _, part := range parts {
			all = append(all, part...)
		}
		return append(all, shell...)
	}
	owners := []string{"-og", "--numeric-ids"}
	switch {
	// Nothing is removed in the pod: what it wrote itself is not known here.
	case back:
		return [][]string{append(with([]string{"-l"}), to, "pod:"+share.Name+"/")}
	case share.File != "":
		return [][]string{append(with(owners, []string{"-L"}), "pod:"+share.Name+"/"+share.File, to)}
	default:
		from := "pod:" + share.Name + "/"
		return [][]string{
			append(with(owners), from, to),
			append(with(owners, []string{"-l", "--delete-after"}), from, to),
		}
	}
}

// Exit codes of rsync (rsync(1)).
const (
	someFailed = 23
	vanished   = 24
)

// transfer returns what is wrong, and whether all of the rest is here nevertheless.
func transfer(ctx context.Context, share followed, back bool) (problem string, complete bool) {
	for _, args := range transfers(share, back) {
		command := exec.CommandContext(ctx, "rsync", args...)
		var said bytes.Buffer
		command.Stderr = &said
		// `dial` holds it open as long as a dead line.
		command.WaitDelay = time.Second
		err := command.Run()
		var ended *exec.ExitError
		switch {
		case err == nil:
		// A file that went away meanwhile has changed the directory, so this comes again.
		case errors.As(err, &ended) && ended.ExitCode() == vanished:
		case errors.As(err, &ended) && ended.ExitCode() == someFailed:
			problem = reason(said.String())
		case errors.As(err, &ended):
			return reason(said.String()), false
		default:
			return err.Error(), false
		}
	}
	return problem, true
}

var prefix = regexp.MustCompile(`^(rsync: (\[\w+\] )?|files: )`)

// reason is the line of rsync's errors that says most: the first, without what only rsync's developers want to know.
// Pure.
func reason(said string) string {
	for _, line := range strings.Split(said, "\n") {
		line = strings.TrimSpace(prefix.ReplaceAllString(line, ""))
		if line == "" || strings.HasPrefix(line, "rsync error:") || strings.HasPrefix(line, "connection unexpectedly closed") {
			continue
		}
		return line
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return fmt.Sprintf("rsync failed: %s", first)
}
