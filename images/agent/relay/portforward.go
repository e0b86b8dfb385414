package relay

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// SPDY inside the WebSocket: from v1.31 on. The API server unpacks it and uses SPDY to the kubelet.
	tunnelProtocol = "SPDY/3.1+portforward.k8s.io"
	// Before v1.31: WebSocket up to the kubelet. Each message starts with the number of a channel: for one port 0 is
	// its data, 1 its error. The first message of each is the port
	// (k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go). The kubelet needs five times as long for each byte.
	channelsProtocol = "v4.channel.k8s.io"
	connectTimeout   = 8 * time.Second
	// Free bytes before the data, for the protocols' headers.
	headroom = webSocketHeader + spdyHeader
	// Of a message that is no data: it is read as a whole.
	longestText = 64 * 1024
)

// portForward is `pods/portforward` over a WebSocket, as kubectl does it.
type portForward struct {
	conn *tls.Conn
	// The bytes from the pod.
	data io.Reader
	// Writes the header for so many bytes of data to the end of `before`, and returns where it starts.
	putHeader func(before []byte, length int) int
	write     sync.Mutex
}

// openPortForward verifies that the server is the one that the kubeconfig names, at whatever address it answers.
func openPortForward(t target, token string) (*portForward, error) {
	server, err := url.Parse(t.Server)
	if err != nil {
		return nil, err
	}
	tcp, err := dial(server, t.Proxy)
	if err != nil {
		return nil, err
	}
	config, err := tlsConfig(t, server.Hostname())
	if err != nil {
		_ = tcp.Close()
		return nil, err
	}
	conn := tls.Client(tcp, config)
	_ = conn.SetDeadline(time.Now().Add(connectTimeout))
	forward, err := upgrade(conn, request(t, server, token))
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return forward, nil
}

// dial reports why the kubeconfig's own address does not answer.
func dial(server *url.URL, proxy string) (net.Conn, error) {
	port := server.Port()
	if port == "" {
		port = "443"
	}
	if proxy == "" {
		return dialFirst(hostsOf(server), port)
	}
	through, err := url.Parse(proxy)
	if err != nil {
		return nil, errors.New("the kubeconfig's proxy-url is not a URL")
	}
	return dialThrough(through, net.JoinHostPort(server.Hostname(), port))
}

// dialFirst reports why the first of them does not answer, where none does.
func dialFirst(hosts []string, port string) (conn net.Conn, err error) {
	for _, host := range hosts {
		one, failed := net.DialTimeout("tcp", net.JoinHostPort(host, port), connectTimeout)
		if failed == nil {
			return one, nil
		}
		if err == nil {
			err = failed
		}
	}
	return nil, err
}

func tlsConfig(t target, name string) (*tls.Config, error) {
	if t.Trust.ServerName != "" {
		name = t.Trust.ServerName
	}
	// Full records from the start, because batches are sent.
	config := &tls.Config{ServerName: name, InsecureSkipVerify: t.Trust.Insecure, DynamicRecordSizingDisabled: true}
	if t.Trust.CA != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(t.Trust.CA)) {
			return nil, errors.New("no certificate in the kubeconfig's authority")
		}
	}
	return config, nil
}

func request(t target, server *url.URL, token string) *http.Request {
	key := make([]byte, 16)
	_, _ = rand.Read(key)
	address := *server
	address.Path = fmt.Sprintf("%s/api/v1/namespaces/%s/pods/%s/portforward",
		strings.TrimSuffix(server.Path, "/"), t.Namespace, t.Pod)
	address.RawQuery = fmt.Sprintf("ports=%d", podPort)
	return &http.Request{Method: http.MethodGet, URL: &address, Host: server.Host, Header: http.Header{
		"Authorization":          {"Bearer " + token},
		"Connection":             {"Upgrade"},
		"Upgrade":                {"websocket"},
		"Sec-Websocket-Version":  {"13"},
		"Sec-Websocket-Key":      {base64.StdEncoding.EncodeToString(key)},
		"Sec-Websocket-Protocol": {tunnelProtocol + ", " + channelsProtocol},
	}}
}

func upgrade(conn *tls.Conn, asked *http.Request) (*portForward, error) {
	if err := asked.Write(conn); err != nil {
		return nil, err
	}
	reader := bufio.NewReaderSize(conn, batchSize)
	answer, err := http.ReadResponse(reader, asked)
	if err != nil {
		return nil, err
	}
	if err := checkWebSocket(asked, answer); err != nil {
		return nil, err
	}
	forward := &portForward{conn: conn}
	messages := &webSocketReader{from: reader, answer: forward.control}
	if answer.Header.Get("Sec-Websocket-Protocol") == tunnelProtocol {
		return forward, forward.tunnel(messages)
	}
	forward.channels(messages)
	return forward, nil
}

func (f *portForward) tunnel(messages *webSocketReader) error {
	f.data = &spdyReader{from: messages, answer: func(frame []byte) error { return f.control(opBinary, frame) }}
	f.putHeader = func(before []byte, length int) int {
		start := len(before) - spdyHeader
		appendSpdyHeader(before[:start], dataStream, 0, length)
		return putWebSocketHeader(before[:start], opBinary, spdyHeader+length)
	}
	return f.control(opBinary, spdyOpening(podPort))
}

func (f *portForward) channels(messages *webSocketReader) {
	const data = 0
	greeted := map[byte]bool{}
	messages.onMessage = func() error {
		channel, err := messages.from.ReadByte()
		if err != nil {
			return err
		}
		messages.left--
		if greeted[channel] && channel == data {
			return nil
		}
		if messages.left > longestText {
			return fmt.Errorf("the API server sends %d bytes where a port or an error is due", messages.left)
		}
		text := make([]byte, messages.left)
		if _, err := io.ReadFull(messages.from, text); err != nil {
			return err
		}
		messages.left = 0
		if greeted[channel] {
			return fmt.Errorf("%s", text)
		}
		greeted[channel] = true
		return nil
	}
	f.data = messages
	f.putHeader = func(before []byte, length int) int {
		start := len(before) - 1
		before[start] = data
		return putWebSocketHeader(before[:start], opBinary, 1+length)
	}
}

// close skips TLS's close message, which would wait on a connection that accepts nothing.
func (f *portForward) close() {
	_ = f.conn.NetConn().Close()
}

// send takes a buffer whose first bytes, the headroom, are free.
func (f *portForward) send(buffer []byte) error {
	start := f.putHeader(buffer[:headroom], len(buffer)-headroom)
	f.write.Lock()
	defer f.write.Unlock()
	_, err := f.conn.Write(buffer[start:])
	return err
}

func (f *portForward) control(opcode byte, payload []byte) error {
	message := append(make([]byte, webSocketHeader), payload...)
	start := putWebSocketHeader(message[:webSocketHeader], opcode, len(payload))
	f.write.Lock()
	defer f.write.Unlock()
	_, err := f.conn.Write(message[start:])
	return err
}
