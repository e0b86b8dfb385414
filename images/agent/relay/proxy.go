package relay

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// dialThrough opens a stream to address through the kubeconfig's proxy (`proxy-url`). A proxy that uses TLS is refused:
// this container has no certificates to verify it.
func dialThrough(proxy *url.URL, address string) (net.Conn, error) {
	var open func(net.Conn, *url.URL, string) error
	port := proxy.Port()
	switch proxy.Scheme {
	case "http":
		open = httpConnect
		if port == "" {
			port = "80"
		}
	case "socks5", "socks5h":
		open = socksConnect
		if port == "" {
			port = "1080"
		}
	default:
		return nil, fmt.Errorf("the relay cannot use a proxy over %s, as the kubeconfig's proxy-url names", proxy.Scheme)
	}
	conn, err := dialFirst(hostsOf(proxy), port)
	if err != nil {
		return nil, fmt.Errorf("the proxy does not answer: %w", err)
	}
	_ = conn.SetDeadline(time.Now().Add(connectTimeout))
	if err := open(conn, proxy, address); err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, nil
}

func httpConnect(conn net.Conn, proxy *url.URL, address string) error {
	asked := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		secret := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
		asked.Header.Set("Proxy-Authorization", "Basic "+secret)
	}
	if err := asked.Write(conn); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(byteByByte{conn}), asked)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy answers %s", answer.Status)
	}
	return nil
}

// byteByByte prevents reading ahead: the bytes after a response are the server's.
type byteByByte struct{ from io.Reader }

func (b byteByByte) Read(into []byte) (int, error) {
	return b.from.Read(into[:min(1, len(into))])
}

// socksConnect is the client of RFC 1928, with the names and passwords of RFC 1929. The proxy resolves the address.
func socksConnect(conn net.Conn, proxy *url.URL, address string) error {
	const version, none, password, connect, name = 5, 0, 2, 1, 3
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || len(host) > 255 {
		return fmt.Errorf("not an address for a proxy: %s", address)
	}
	methods := []byte{version, 1, none}
	if proxy.User != nil {
		methods = []byte{version, 2, none, password}
	}
	var answer [2]byte
	if err := ask(conn, methods, answer[:]); err != nil {
		return err
	}
	switch answer[1] {
	case none:
	case password:
		secret, _ := proxy.User.Password()
		user := proxy.User.Username()
		message := append([]byte{1, byte(len(user))}, user...)
		message = append(append(message, byte(len(secret))), secret...)
		if err := ask(conn, message, answer[:]); err != nil {
			return err
		}
		if answer[1] != 0 {
			return errors.New("the proxy does not accept the name and the password of proxy-url")
		}
	default:
		return errors.New("the proxy requires another authentication than proxy-url has")
	}
	message := append([]byte{version, connect, 0, name, byte(len(host))}, host...)
	var bound [4]byte
	if err := ask(conn, binary.BigEndian.AppendUint16(message, uint16(number)), bound[:]); err != nil {
		return err
	}
	if bound[1] != 0 {
		return fmt.Errorf("the proxy does not connect to %s (SOCKS %d)", address, bound[1])
	}
	// The proxy's bound address, which is not used: IPv4, IPv6 or a name, and a port.
	length := map[byte]int{1: 4, 4: 16}[bound[3]]
	if bound[3] == name {
		var size [1]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return err
		}
		length = int(size[0])
	}
	_, err = io.ReadFull(conn, make([]byte, length+2))
	return err
}

func ask(conn net.Conn, message, answer []byte) error {
	if _, err := conn.Write(message); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, answer)
	return err
}
