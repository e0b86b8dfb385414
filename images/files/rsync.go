package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path"
	"regexp"
	"strings"
)

// hello is the first line on a connection, as JSON: what the client wants.
type hello struct {
	Watch bool `json:"watch,omitempty"`
	// What rsync would have ssh run, after `rsync`.
	Args []string `json:"args,omitempty"`
}

func readHello(conn *tls.Conn) (*bufio.Reader, hello, error) {
	reader := bufio.NewReaderSize(conn, 32<<10)
	line, err := reader.ReadSlice('\n')
	if err != nil {
		return nil, hello{}, err
	}
	var asked hello
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, hello{}, err
	}
	return reader, asked, nil
}

// The options that a client may give to rsync here. Others could write where nothing is to be written (`--log-file`,
// `--remove-source-files`).
var options = regexp.MustCompile(`^(-[logtprHSL]*(e\.[A-Za-z]*)?|-@-1|--(numeric-ids|delay-updates|info=NONREG0|timeout=\d+))$`)

// serverArgs turns the arguments that rsync sends into those of the rsync that runs here: with the real path, and only
// options that are known. `--sender` reads; without it rsync writes. Pure.
func serverArgs(args []string, shares []share) ([]string, error) {
	refused := func(what string) ([]string, error) { return nil, fmt.Errorf("refused: %s", what) }
	if len(args) < 3 || args[0] != "--server" || args[len(args)-2] != "." {
		return refused("not a server's arguments")
	}
	own, sends := []string{"--server"}, false
	for _, option := range args[1 : len(args)-2] {
		if option == "--sender" {
			sends = true
		} else if !options.MatchString(option) {
			return refused("option " + option)
		}
		own = append(own, option)
	}
	// Of a directory `NAME/`, of a file `NAME/FILE`: rsync takes only what is called as it asked.
	name, file, _ := strings.Cut(args[len(args)-1], "/")
	for _, one := range shares {
		if one.Name != name {
			continue
		}
		if !sends && !one.Write {
			return refused(name + " is read-only")
		}
		if file == "" {
			return append(own, ".", one.Path+"/"), nil
		}
		if sends && file == path.Base(one.Path) {
			return append(own, ".", one.Path), nil
		}
	}
	return refused("no share " + name)
}

func (s *server) serveRsync(conn *tls.Conn, reader *bufio.Reader, peer string, args []string) error {
	own, err := serverArgs(args, s.sharesOf(peer))
	if err != nil {
		return err
	}
	command := exec.Command("/usr/bin/rsync", own...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = conn, &said
	command.Dir = "/"
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	// The client closes when rsync here has ended, so nobody may wait for the end of this.
	go func() {
		_, _ = io.Copy(input, reader)
		_ = input.Close()
	}()
	err = command.Wait()
	_ = conn.CloseWrite()
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
}
