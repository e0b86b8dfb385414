package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"k8s.io/apimachinery/pkg/types"
	clientportforward "k8s.io/client-go/tools/portforward"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
)

// The other side is Kubernetes' own code: the kubelet's port forwarding, reached as the API server does it.

const patience = 10 * time.Second

// echo is a pod: what is sent to its port comes back.
type echo struct{ refuses error }

func (e echo) PortForward(_ context.Context, _ string, _ types.UID, port int32, stream io.ReadWriteCloser) error {
	if e.refuses != nil {
		return e.refuses
	}
	if port != podPort {
		return fmt.Errorf("port %d", port)
	}
	_, err := io.Copy(stream, stream)
	return err
}

func kubelet(t *testing.T, pod echo) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		options, err := portforward.NewV4Options(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		portforward.ServePortForward(w, r, pod, "pod", "uid", options, time.Minute, patience, portforward.SupportedProtocols)
	}))
	t.Cleanup(server.CloseClientConnections)
	return server
}

// apiServer unpacks SPDY from the WebSocket, or hands an older protocol on to the kubelet as it is.
func apiServer(t *testing.T, node *httptest.Server, protocol string) *httptest.Server {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" || r.URL.Path != "/api/v1/namespaces/ns/pods/pod/portforward" {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		if protocol == channelsProtocol {
			r.Header.Set("Sec-Websocket-Protocol", channelsProtocol)
			r.URL.RawQuery = "port=" + r.URL.Query().Get("ports")
			node.Config.Handler.ServeHTTP(w, r)
			return
		}
		upgrader := websocket.Upgrader{Subprotocols: []string{protocol}}
		socket, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		tunnel := clientportforward.NewTunnelingConnection("server", socket)
		upstream, buffered, err := spdyUpgrade(node, r.URL.RawQuery)
		if err != nil {
			t.Error(err)
			return
		}
		go func() {
			_, _ = io.Copy(upstream, tunnel)
			_ = upstream.Close()
		}()
		_, _ = io.Copy(tunnel, buffered)
		_ = tunnel.Close()
	}))
	t.Cleanup(server.CloseClientConnections)
	return server
}

func spdyUpgrade(node *httptest.Server, query string) (net.Conn, io.Reader, error) {
	conn, err := net.DialTimeout("tcp", node.Listener.Addr().String(), patience)
	if err != nil {
		return nil, nil, err
	}
	request, _ := http.NewRequest(http.MethodPost, node.URL+"/?"+query, nil)
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "SPDY/3.1")
	request.Header.Set("X-Stream-Protocol-Version", portforward.ProtocolV1Name)
	if err := request.Write(conn); err != nil {
		return nil, nil, err
	}
	reader := bufio.NewReader(conn)
	answer, err := http.ReadResponse(reader, request)
	if err == nil && answer.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("the kubelet answers %s", answer.Status)
	}
	return conn, reader, err
}

func forwardTo(t *testing.T, protocol string, pod echo) *portForward {
	server := apiServer(t, kubelet(t, pod), protocol)
	var to target
	to.Server, to.Namespace, to.Pod = server.URL, "ns", "pod"
	to.Trust.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	forward, err := openPortForward(to, "secret")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(forward.close)
	_ = forward.conn.SetDeadline(time.Now().Add(patience))
	return forward
}

var protocols = map[string]string{"SPDY in a WebSocket": tunnelProtocol, "channels": channelsProtocol}

func TestKubernetesOwnPortForwardingBringsBackWhatIsSent(t *testing.T) {
	for name, protocol := range protocols {
		t.Run(name, func(t *testing.T) {
			forward := forwardTo(t, protocol, echo{})
			// Each header of a WebSocket has another length; the last is larger than any buffer on the way.
			for _, size := range []int{1, 100, 1_400, 70_000, 900_000} {
				sent := make([]byte, headroom+size)
				_, _ = rand.Read(sent[headroom:])
				want := bytes.Clone(sent[headroom:])
				failed := make(chan error, 1)
				go func() { failed <- forward.send(sent) }()
				got := make([]byte, size)
				if _, err := io.ReadFull(forward.data, got); err != nil {
					t.Fatalf("%d bytes: %v", size, err)
				}
				if err := <-failed; err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Fatalf("%d bytes came back changed", size)
				}
			}
		})
	}
}

func TestTheKubeletsErrorIsToldAsItIs(t *testing.T) {
	for name, protocol := range protocols {
		t.Run(name, func(t *testing.T) {
			forward := forwardTo(t, protocol, echo{refuses: errors.New("nobody listens")})
			_, err := io.ReadAll(forward.data)
			if err == nil || !strings.Contains(err.Error(), "nobody listens") {
				t.Fatal(err)
			}
		})
	}
}

func TestAForbiddenPodIsToldByItsStatus(t *testing.T) {
	server := apiServer(t, kubelet(t, echo{}), tunnelProtocol)
	var to target
	to.Server, to.Namespace, to.Pod, to.Trust.Insecure = server.URL, "ns", "another", true
	if _, err := openPortForward(to, "secret"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Fatal(err)
	}
}
