package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

const dialTime = 10 * time.Second

// connect opens a connection to the pod and says what it is for.
func connect(to session, wanted hello) (*tls.Conn, error) {
	own, err := ownCertificate()
	if err != nil {
		return nil, err
	}
	raw, err := net.DialTimeout("tcp", to.Address, dialTime)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, tlsConfig(own, func(name string) bool { return name == to.Identity }))
	_ = conn.SetDeadline(time.Now().Add(dialTime))
	line, err := json.Marshal(wanted)
	if err == nil {
		_, err = conn.Write(append(line, '\n'))
	}
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, nil
}

// dial is rsync's remote shell. Its arguments: `rsync`, and what that is given.
func dial(args []string) error {
	var to session
	if err := readJSON(sessionFile, &to); err != nil {
		return err
	}
	if args[0] != "rsync" {
		return errors.New("dial is for rsync")
	}
	conn, err := connect(to, hello{Args: args[1:]})
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.CloseWrite()
	}()
	_, err = io.Copy(os.Stdout, conn)
	return err
}
