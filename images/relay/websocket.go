package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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

// putWebSocketHeader writes the header of a message of so many bytes to the end of `before`, and returns where it begins.
// A client has to mask, which protects old proxies from scripts in browsers; inside TLS it would only cost time, and
// zeros cost none.
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

// next goes on to the bytes of the next frame.
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
