package relay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// The part of SPDY/3.1 that forwarding one port needs: a stream for its data, and one for errors, as client-go opens
// them (k8s.io/client-go/tools/portforward).
const (
	spdySynStream = 1
	spdyRstStream = 3
	spdyPing      = 6
	spdyGoAway    = 7
	spdyFin       = 1
	spdyHeader    = 8
	// The streams' numbers; those of a client are odd.
	errorStream = 1
	dataStream  = 3
)

// spdyOpening opens both streams: sent once, at the beginning.
func spdyOpening(port int) []byte {
	headers := func(kind string) [][2]string {
		return [][2]string{{"streamtype", kind}, {"port", strconv.Itoa(port)}, {"requestid", "0"}}
	}
	frames := synStream(nil, errorStream, headers("error"), true)
	frames = appendSpdyHeader(frames, errorStream, spdyFin, 0)
	return synStream(frames, dataStream, headers("data"), false)
}

func appendSpdyHeader(to []byte, word uint32, flags byte, length int) []byte {
	to = binary.BigEndian.AppendUint32(to, word)
	return binary.BigEndian.AppendUint32(to, uint32(flags)<<24|uint32(length))
}

func synStream(to []byte, stream uint32, headers [][2]string, first bool) []byte {
	block := binary.BigEndian.AppendUint32(nil, uint32(len(headers)))
	for _, header := range headers {
		for _, word := range header {
			block = binary.BigEndian.AppendUint32(block, uint32(len(word)))
			block = append(block, word...)
		}
	}
	block = stored(block, first)
	to = appendSpdyHeader(to, 0x80030000|spdySynStream, 0, 10+len(block))
	to = binary.BigEndian.AppendUint32(to, stream)
	// No associated stream, no priority.
	to = append(to, 0, 0, 0, 0, 0, 0)
	return append(to, block...)
}

// All header blocks are one zlib stream; a stored block is not compressed (RFC 1950, RFC 1951). An empty block after it
// tells the reader to return what it has.
func stored(block []byte, first bool) []byte {
	var to []byte
	if first {
		to = append(to, 0x78, 0x01)
	}
	for _, part := range [][]byte{block, nil} {
		to = append(to, 0)
		to = binary.LittleEndian.AppendUint16(to, uint16(len(part)))
		to = binary.LittleEndian.AppendUint16(to, ^uint16(len(part)))
		to = append(to, part...)
	}
	return to
}

// spdyReader reads the bytes of the data stream.
type spdyReader struct {
	from io.Reader
	// Sends a frame back.
	answer func(frame []byte) error
	left   int
}

func (s *spdyReader) Read(into []byte) (int, error) {
	for s.left == 0 {
		if err := s.next(); err != nil {
			return 0, err
		}
	}
	n, err := s.from.Read(into[:min(len(into), s.left)])
	s.left -= n
	return n, err
}

func (s *spdyReader) next() error {
	var header [spdyHeader]byte
	if _, err := io.ReadFull(s.from, header[:]); err != nil {
		return err
	}
	word, length := binary.BigEndian.Uint32(header[:]), int(binary.BigEndian.Uint32(header[4:])&0xffffff)
	fin := header[4]&spdyFin != 0
	if word == dataStream {
		s.left = length
		if fin && length == 0 {
			return errors.New("the relay in the cluster closed the stream")
		}
		return nil
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(s.from, body); err != nil {
		return err
	}
	switch {
	case word == errorStream && length > 0:
		return fmt.Errorf("%s", body)
	case word>>31 == 0:
		return nil
	case word&0xffff == spdyPing:
		return s.answer(append(header[:], body...))
	case word&0xffff == spdyRstStream, word&0xffff == spdyGoAway:
		return errors.New("the kubelet ended the stream")
	}
	return nil
}
