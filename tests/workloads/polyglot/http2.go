package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
)

const health = "/grpc.health.v1.Health/Check"

// serving is a message of gRPC, not compressed, of 2 bytes: HealthCheckResponse { status: SERVING }.
var serving = []byte{0, 0, 0, 0, 2, 8, 1}

// http2 serves HTTP/2 with prior knowledge.
func http2(listener net.Listener, name string) {
	server := &http.Server{
		Protocols: new(http.Protocols),
		Handler: http.HandlerFunc(func(to http.ResponseWriter, asked *http.Request) {
			if asked.Header.Get("Content-Type") == "application/grpc" {
				grpc(to, asked, name)
				return
			}
			to.Header().Set("Content-Type", "application/json")
			json.NewEncoder(to).Encode(map[string]any{"name": name, "headers": headersOf(asked)})
		}),
	}
	server.Protocols.SetUnencryptedHTTP2(true)
	log.Fatal(server.Serve(listener))
}

func grpc(to http.ResponseWriter, asked *http.Request, name string) {
	to.Header().Set("Content-Type", "application/grpc")
	to.Header().Set("X-Name", name)
	to.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
	to.WriteHeader(http.StatusOK)
	if asked.URL.Path == health {
		io.Copy(io.Discard, asked.Body)
		to.Write(serving)
	} else {
		http.NewResponseController(to).Flush()
		copyAtOnce(flushing{to}, asked.Body)
	}
	to.Header().Set("Grpc-Status", "0")
	to.Header().Set("Grpc-Message", name)
}

// flushing sends each piece on its own.
type flushing struct{ http.ResponseWriter }

func (f flushing) Write(bytes []byte) (int, error) {
	size, err := f.ResponseWriter.Write(bytes)
	http.NewResponseController(f.ResponseWriter).Flush()
	return size, err
}

func headersOf(asked *http.Request) map[string]string {
	headers := map[string]string{":method": asked.Method, ":path": asked.RequestURI, ":authority": asked.Host}
	for name, values := range asked.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return headers
}
