package main

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	// Between two looks at a small directory.
	shortestPause = time.Second
	// A large one is looked at less often, so that the looking takes no more than this part of the time.
	pausePerLook = 100
	longestPause = time.Minute
	// How often the watch says that it is alive.
	heartbeat = 15 * time.Second
)

// pauseAfter is the time until the next look, after one that took so long. Pure.
func pauseAfter(look time.Duration) time.Duration {
	return min(max(look*pausePerLook, shortestPause), longestPause)
}

// digest changes with every name, size, time, mode, owner and inode below a path. It looks, and does not read. Looking
// works on every file system, where inotify sees nothing of what another node writes.
func digest(path string) uint64 {
	sum := fnv.New64a()
	info, err := os.Stat(path)
	if err != nil {
		fmt.Fprint(sum, plain(err))
	} else if info.IsDir() {
		digestFolder(sum, path)
	} else {
		digestOne(sum, info)
	}
	return sum.Sum64()
}

func digestFolder(sum hash.Hash64, path string) {
	if info, err := os.Stat(path); err == nil {
		digestOne(sum, info)
	}
	// rsync's own unfinished files may come and go.
	entries, err := os.ReadDir(path)
	if err != nil {
		fmt.Fprint(sum, plain(err))
	}
	for _, entry := range entries {
		if entry.Name() == unfinished {
			continue
		}
		fmt.Fprintf(sum, "%q/", entry.Name())
		if entry.IsDir() {
			digestFolder(sum, path+"/"+entry.Name())
		} else if info, err := entry.Info(); err == nil {
			digestOne(sum, info)
		}
	}
	fmt.Fprint(sum, "..")
}

// The folder of rsync's `--delay-updates`.
const unfinished = ".~tmp~"

func digestOne(sum hash.Hash64, info fs.FileInfo) {
	values := []int64{info.Size(), int64(info.Mode()), info.ModTime().UnixNano()}
	if system, ok := info.Sys().(*syscall.Stat_t); ok {
		values = append(values, int64(system.Ino), int64(system.Uid), int64(system.Gid))
		values = append(values, system.Ctim.Sec, int64(system.Ctim.Nsec))
	}
	_ = binary.Write(sum, binary.LittleEndian, values)
}

// serveWatch says the name of a share when it has changed, one a line, and an empty line now and then. Everything counts
// as changed at first.
func (s *server) serveWatch(conn *tls.Conn, reader *bufio.Reader, peer string) {
	left := make(chan struct{})
	go func() {
		defer close(left)
		if line, err := reader.ReadString('\n'); err == nil && line == bye {
			s.bye(peer)
		}
	}()
	go func() {
		for sendLine(conn, "") {
			time.Sleep(heartbeat)
		}
		_ = conn.Close()
	}()
	seen := map[share]uint64{}
	for {
		start := time.Now()
		for _, one := range s.sharesOf(peer) {
			now := digest(one.Path)
			if before, known := seen[one]; known && before == now {
				continue
			}
			seen[one] = now
			if !sendLine(conn, one.Name) {
				return
			}
		}
		select {
		case <-left:
			return
		case <-time.After(pauseAfter(time.Since(start))):
		}
	}
}

// What a client says when its user took it down.
const bye = "bye\n"

func sendLine(conn *tls.Conn, line string) bool {
	_ = conn.SetWriteDeadline(time.Now().Add(heartbeat))
	_, err := conn.Write([]byte(line + "\n"))
	return err == nil
}
