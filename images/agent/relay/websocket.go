package relay

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// The opcodes of RFC 6455.
const (
	opContinuation = 0
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

// The longest header of a frame that is sent.
const webSocketHeader = 14

// putWebSocketHeader writes the header of a message of so many bytes to the end of `before`, and returns where it
// starts. A client must mask, which protects old proxies from scripts in browsers; inside TLS it would only cost time,
// and a mask of zeros costs none.
func putWebSocketHeader(before []byte, opcode byte, length int) int {
	size := 6
	switch {
	case length > 0xffff:
		size = 14
	case length > 125:
		size = 8
	}
	start := len(before) - size
	header := before[start:]
	clear(header)
	header[0] = 0x80 | opcode
	switch size {
	case 14:
		header[1] = 0x80 | 127
		binary.BigEndian.PutUint64(header[2:], uint64(length))
	case 8:
		header[1] = 0x80 | 126
		binary.BigEndian.PutUint16(header[2:], uint16(length))
	default:
		header[1] = 0x80 | byte(length)
	}
	return start
}

// What a server appends to the client's key before it hashes it (RFC 6455, 1.3).
const webSocketSecret = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// checkWebSocket refuses a response that does not belong to this request (RFC 6455, 4.1): otherwise a proxy's cache, or
// a server that uses another protocol from here on, would be taken for the API server.
func checkWebSocket(asked *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("the API server answers %s", answer.Status)
	}
	digest := sha1.Sum([]byte(asked.Header.Get("Sec-Websocket-Key") + webSocketSecret))
	if answer.Header.Get("Sec-Websocket-Accept") != base64.StdEncoding.EncodeToString(digest[:]) {
		return errors.New("the answer is not to this question: something between here and the API server answers for it")
	}
	if !strings.EqualFold(answer.Header.Get("Upgrade"), "websocket") || !hasToken(answer.Header, "Connection", "upgrade") {
		return errors.New("the answer is no WebSocket")
	}
	chosen := answer.Header.Get("Sec-Websocket-Protocol")
	if offered := strings.Split(asked.Header.Get("Sec-Websocket-Protocol"), ", "); !slices.Contains(offered, chosen) {
		return fmt.Errorf("the API server speaks %q, which nobody asked for", chosen)
	}
	return nil
}

func hasToken(header http.Header, name, token string) bool {
	for _, value := range header.Values(name) {
		for one := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(one), token) {
				return true
			}
		}
	}
	return false
}

// webSocketReader reads the bytes of binary messages.
type webSocketReader struct {
	from *bufio.Reader
	// Sends a control frame back.
	answer func(opcode byte, payload []byte) error
	left   int64
	// Called at the beginning of each message, before its bytes.
	onMessage func() error
}

func (w *webSocketReader) Read(into []byte) (int, error) {
	for w.left == 0 {
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	n, err := w.from.Read(into[:min(int64(len(into)), w.left)])
	w.left -= int64(n)
	return n, err
}

// next continues with the bytes of the next frame.
func (w *webSocketReader) next() error {
	var header [8]byte
	if _, err := io.ReadFull(w.from, header[:2]); err != nil {
		return err
	}
	opcode, length := header[0]&0xf, int64(header[1]&0x7f)
	if header[1]&0x80 != 0 {
		return errors.New("the API server masks what it sends")
	}
	switch length {
	case 126:
		if _, err := io.ReadFull(w.from, header[:2]); err != nil {
			return err
		}
		length = int64(binary.BigEndian.Uint16(header[:]))
	case 127:
		if _, err := io.ReadFull(w.from, header[:8]); err != nil {
			return err
		}
		length = int64(binary.BigEndian.Uint64(header[:]))
	}
	if length < 0 {
		return errors.New("the API server sends a frame that is too long")
	}
	if opcode <= opBinary {
		w.left = length
		if opcode != opContinuation && length > 0 && w.onMessage != nil {
			return w.onMessage()
		}
		return nil
	}
	if length > 125 {
		return fmt.Errorf("a control frame of %d bytes", length)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(w.from, payload); err != nil {
		return err
	}
	switch opcode {
	case opPing:
		return w.answer(opPong, payload)
	case opClose:
		if len(payload) > 2 {
			return fmt.Errorf("the API server closed the line: %s", payload[2:])
		}
		return errors.New("the API server closed the line")
	}
	return nil
}
