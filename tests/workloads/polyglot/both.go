package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// The most that headers may have, as much as nobody else allows.
const maxHeaders = 64 << 20

// both serves HTTP/1.1 and HTTP/2 with prior knowledge on one port.
func both(listener net.Listener, name string) {
	server := &http.Server{
		Protocols:      new(http.Protocols),
		MaxHeaderBytes: maxHeaders,
		Handler: http.HandlerFunc(func(to http.ResponseWriter, asked *http.Request) {
			switch asked.URL.Path {
			case "/vanish":
				panic(http.ErrAbortHandler)
			case "/nonsense":
				nonsense(to)
			case "/much":
				much(to)
			default:
				io.Copy(io.Discard, asked.Body)
				long(to, asked.URL.Query().Get("headers"))
				json.NewEncoder(to).Encode(map[string]any{
					"name": name, "protocol": asked.Proto, "headers": size(asked.Header), "agent": asked.UserAgent(),
				})
			}
		}),
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	log.Fatal(server.Serve(listener))
}

// long answers with headers of a total size, none longer than 100 kB; "200000*1" is a single one of 200,000 bytes.
func long(to http.ResponseWriter, wanted string) {
	total, pieces, single := strings.Cut(wanted, "*")
	left, _ := strconv.Atoi(total)
	most := 100_000
	if count, _ := strconv.Atoi(pieces); single && count > 0 {
		most = left / count
	}
	for i := 0; left > 0; i++ {
		part := min(left, most)
		to.Header().Set(fmt.Sprintf("X-Long-%d", i), strings.Repeat("x", part))
		left -= part
	}
}

// much is a body of 64 MB, as fast as it is taken.
func much(to http.ResponseWriter) {
	part := make([]byte, 1<<20)
	for range 64 {
		if _, err := to.Write(part); err != nil {
			return
		}
	}
}

func size(headers http.Header) (sum int) {
	for name, values := range headers {
		if strings.HasPrefix(name, "X-Long") {
			for _, value := range values {
				sum += len(value)
			}
		}
	}
	return sum
}

// nonsense has a header that is none.
func nonsense(to http.ResponseWriter) {
	connection, _, err := http.NewResponseController(to).Hijack()
	if err != nil {
		return
	}
	io.WriteString(connection, "HTTP/1.1 200 OK\r\nWho\x01is: there\r\n\r\n")
	connection.Close()
}
