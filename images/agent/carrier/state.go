package carrier

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

const (
	nginxFile = "nginx.conf"
	rulesFile = "nftables.conf"
	// connectionsFile says where each port leads; package connections keeps the last one.
	connectionsFile = "connections.json"
	// mirrorFile says which ports are mirrored; package tee serves them.
	mirrorFile = "mirror.json"
	socketFile = "socket"
	// spoken begins the files that Nginx leaves for each protocol it has seen, e.g. spoken-8443-tls.
	spoken = "spoken-"
)

// folder is this container's, in any of the places: the containers of a pod may share /dev/shm, and the mount namespace
// distinguishes them.
func folder() (string, error) {
	info, err := os.Stat("/proc/self/ns/mnt")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("carrier-%d", info.Sys().(*syscall.Stat_t).Ino), nil
}

// makeState returns a new, empty folder in the first place that is writable.
func makeState(places []string) (string, error) {
	name, err := folder()
	if err != nil {
		return "", err
	}
	for _, place := range places {
		path := filepath.Join(place, name)
		if os.RemoveAll(path) == nil && os.Mkdir(path, 0o700) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("cannot keep state: none of %v is writable", places)
}

// dial connects to the `carrier run` of this container.
func dial(places []string) (net.Conn, error) {
	name, err := folder()
	if err != nil {
		return nil, err
	}
	for _, place := range places {
		var connection net.Conn
		if connection, err = net.Dial("unix", filepath.Join(place, name, socketFile)); err == nil {
			return connection, nil
		}
	}
	return nil, err
}
