package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

// request as it was written: net/http would change the case and the order of its headers.
type request struct {
	Name        string   `json:"name"`
	Method      string   `json:"method"`
	URL         string   `json:"url"`
	RawHeaders  []string `json:"rawHeaders"`
	HTTPVersion string   `json:"httpVersion"`
}

// header gives the value in small letters, as all that are asked for ignore case.
func (r request) header(name string) string {
	for i := 0; i < len(r.RawHeaders); i += 2 {
		if strings.EqualFold(r.RawHeaders[i], name) {
			return strings.ToLower(r.RawHeaders[i+1])
		}
	}
	return ""
}

// http1 serves the requests of one connection.
func http1(connection net.Conn, name string) {
	from := bufio.NewReader(connection)
	for {
		asked, err := readRequest(from)
		if err != nil {
			return
		}
		asked.Name = name
		if asked.header("Expect") == "100-continue" {
			io.WriteString(connection, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		body := bodyOf(asked, from)
		last := asked.header("Connection") == "close"
		switch asked.URL {
		case "/upgrade":
			fmt.Fprintf(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Name: %s\r\n\r\n", name)
			io.Copy(connection, from)
			return
		case "/echo":
			first := bufio.NewReader(body)
			first.Peek(1) // who waits for the 100 hears nothing else before the body
			chunked(connection, "application/octet-stream", name, last, func(to io.Writer) { copyAtOnce(to, first) })
		case "/events":
			chunked(connection, "text/event-stream", name, last, func(to io.Writer) {
				fmt.Fprintf(to, "data: %s\n\n", name)
				time.Sleep(time.Second)
				io.WriteString(to, "data: end\n\n")
			})
		case "/ticks":
			chunked(connection, "text/event-stream", name, last, func(to io.Writer) {
				for err := error(nil); err == nil; time.Sleep(100 * time.Millisecond) {
					_, err = io.WriteString(to, "data: tick\n\n")
				}
			})
		case "/count":
			size, _ := io.Copy(io.Discard, body)
			whole(connection, map[string]any{"name": name, "size": size}, last)
		default:
			io.Copy(io.Discard, body)
			whole(connection, asked, last)
		}
		if last {
			return
		}
	}
}

func readRequest(from *bufio.Reader) (request, error) {
	first, err := readLine(from)
	if err != nil {
		return request{}, err
	}
	words := strings.Split(first, " ")
	if len(words) != 3 || !strings.HasPrefix(words[2], "HTTP/") {
		return request{}, fmt.Errorf("no HTTP: %q", first)
	}
	asked := request{Method: words[0], URL: words[1], HTTPVersion: words[2][len("HTTP/"):], RawHeaders: []string{}}
	for {
		line, err := readLine(from)
		if err != nil || line == "" {
			return asked, err
		}
		name, value, _ := strings.Cut(line, ":")
		asked.RawHeaders = append(asked.RawHeaders, name, strings.TrimSpace(value))
	}
}

func readLine(from *bufio.Reader) (string, error) {
	line, err := from.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

func bodyOf(asked request, from *bufio.Reader) io.Reader {
	if asked.header("Transfer-Encoding") == "chunked" {
		return &chunks{httputil.NewChunkedReader(from), from}
	}
	size, _ := strconv.ParseInt(asked.header("Content-Length"), 10, 64)
	return io.LimitReader(from, size)
}

// chunks reads the empty line after the last one, too.
type chunks struct {
	io.Reader
	rest *bufio.Reader
}

func (c *chunks) Read(buffer []byte) (int, error) {
	size, err := c.Reader.Read(buffer)
	if err == io.EOF {
		readLine(c.rest)
	}
	return size, err
}

func whole(connection net.Conn, value any, last bool) {
	text, _ := json.Marshal(value)
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nConnection: %s\r\nContent-Length: %d\r\n\r\n%s", persistence(last), len(text), text)
}

func chunked(connection net.Conn, kind, name string, last bool, write func(io.Writer)) {
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\ncontent-type: %s\r\nx-name: %s\r\nConnection: %s\r\nTransfer-Encoding: chunked\r\n\r\n", kind, name, persistence(last))
	to := httputil.NewChunkedWriter(connection)
	write(to)
	to.Close()
	io.WriteString(connection, "\r\n")
}

func persistence(last bool) string {
	if last {
		return "close"
	}
	return "keep-alive"
}

func copyAtOnce(to io.Writer, from io.Reader) {
	io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, 65536))
}
