package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// In the container's own file system: kept when it restarts, gone with it.
var stateFolder = "/var/lib/gefyra-files"

const (
	keyFile     = "key.pem"
	sessionFile = "session.json"
	statusFile  = "status.json"
)

// session is what to follow: written by `join`, which the user's command calls.
type session struct {
	// Of the pod: its IP and port, and the name of its key.
	Address  string `json:"address"`
	Identity string `json:"identity"`
	// For people.
	Pod    string     `json:"pod"`
	Shares []followed `json:"shares"`
}

type followed struct {
	Name string `json:"name"`
	// Here; a file is put into it.
	Folder string `json:"folder"`
	// The name of the file, if the share is one.
	File string `json:"file,omitempty"`
	// From here to the pod, after the first time.
	Back bool `json:"back"`
}

func readJSON(name string, into any) error {
	text, err := os.ReadFile(filepath.Join(stateFolder, name))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, content []byte, mode os.FileMode) error {
	next := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	file, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(next)
		return err
	}
	return os.Rename(next, path)
}

func ownCertificate() (tls.Certificate, error) {
	key, err := os.ReadFile(filepath.Join(stateFolder, keyFile))
	if err != nil {
		return tls.Certificate{}, err
	}
	return certify(key)
}

// ensureKey makes the container's key at its first start.
func ensureKey() error {
	if err := os.MkdirAll(stateFolder, 0o700); err != nil {
		return err
	}
	if _, err := ownCertificate(); err == nil {
		return nil
	}
	key, err := makeIdentity()
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(stateFolder, keyFile), key, 0o600)
}

// Docker calls a container started before its program has run its first lines.
func printIdentity(to io.Writer) error {
	var err error
	for tries := 0; tries < 100; tries++ {
		var own tls.Certificate
		if own, err = ownCertificate(); err == nil {
			name, err := nameOf(own.Certificate[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(to, name)
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// join keeps what is to be followed, and tells the container's main process.
func join(from io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(from, 1<<20))
	if err != nil {
		return err
	}
	var wanted session
	if err := json.Unmarshal(text, &wanted); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(stateFolder, sessionFile), text, 0o600); err != nil {
		return err
	}
	return syscall.Kill(1, syscall.SIGHUP)
}

// leave forgets what is followed, after the pod was told that nobody will come again.
func leave() error {
	if err := os.Remove(filepath.Join(stateFolder, sessionFile)); err != nil {
		return nil
	}
	if err := syscall.Kill(1, syscall.SIGUSR1); err != nil {
		return err
	}
	for tries := 0; tries < 60; tries++ {
		if _, err := os.Stat(filepath.Join(stateFolder, statusFile)); err != nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the pod was not told")
}

// store replaces files of a directory, each whole. Any user of the container that has the directory may read them.
func store(folder string, from io.Reader) error {
	var files map[string]string
	if err := json.NewDecoder(io.LimitReader(from, 1<<20)).Decode(&files); err != nil {
		return err
	}
	for name, text := range files {
		if err := replaceFile(filepath.Join(folder, filepath.Base(name)), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
