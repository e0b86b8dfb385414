package carrier

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"gefyra/agent/role"
)

var errNotUp = errors.New("'carrier run' is not up")

func running(settings Settings) error {
	connection, err := dial(settings.Places)
	if err != nil {
		return errNotUp
	}
	return connection.Close()
}

// asking has `carrier run` do a command.
func asking(command string) func(Settings) error {
	return func(settings Settings) error {
		connection, err := await(settings)
		if err != nil {
			return err
		}
		defer connection.Close()
		fmt.Fprintln(connection, command)
		if command == "apply" {
			go func() {
				io.Copy(connection, os.Stdin)
				connection.(*net.UnixConn).CloseWrite()
			}()
		}
		var said answer
		connection.SetReadDeadline(time.Now().Add(settings.Answer))
		if err := json.NewDecoder(connection).Decode(&said); err != nil {
			return fmt.Errorf("no answer from 'carrier run': %w", err)
		}
		if said.Code != 0 {
			return &role.ExitError{Code: said.Code, Err: errors.New(said.Text)}
		}
		fmt.Println(said.Text)
		return nil
	}
}

func await(settings Settings) (net.Conn, error) {
	for end := time.Now().Add(settings.Up); ; time.Sleep(settings.Poll) {
		connection, err := dial(settings.Places)
		if err == nil {
			return connection, nil
		}
		if time.Now().After(end) {
			return nil, errNotUp
		}
	}
}

// source prints the address that a connection would come from: for a UDP socket that is connected, the kernel chooses
// it, and sends nothing.
func source(args []string) error {
	address, err := netip.ParseAddr(args[0])
	if err != nil || !address.Is4() {
		return fmt.Errorf("'%s' is not an IPv4 address", args[0])
	}
	socket, err := net.Dial("udp4", netip.AddrPortFrom(address, 9).String())
	if err != nil {
		return fmt.Errorf("no route to %s", address)
	}
	defer socket.Close()
	fmt.Println(socket.LocalAddr().(*net.UDPAddr).IP)
	return nil
}
