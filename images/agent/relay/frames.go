package relay

import (
	"encoding/binary"
	"io"
)

const (
	headerSize  = 2
	maxDatagram = 65535
	batchSize   = 64 * 1024
)

// The first byte of a control frame. WireGuard's messages begin with 1 to 4.
const (
	controlPing  = 0xf0
	controlPong  = 0xf1
	controlToken = 0xf2
)

// WireGuard's responses to a peer that it knows: the second message of a handshake, and data.
const (
	handshakeResponse = 2
	transportData     = 4
)

func appendFrame(to, payload []byte) []byte {
	to = binary.BigEndian.AppendUint16(to, uint16(len(payload)))
	return append(to, payload...)
}

// The buffer of a frameReader holds the longest frame and more, so it always gets on. It grows to that size only where so
// much comes: of a stream that nobody knows little is read.
const (
	smallestBuffer = 4 * 1024
	largestBuffer  = 2 * (headerSize + maxDatagram)
)

// frameReader reads whole frames, many at once.
type frameReader struct {
	from   io.Reader
	buffer []byte
	filled int
}

func newFrameReader(from io.Reader) *frameReader {
	return &frameReader{from: from, buffer: make([]byte, smallestBuffer)}
}

// take removes the whole frames and reports how many bytes they have.
func (r *frameReader) take(frames [][]byte) ([][]byte, int) {
	at := 0
	for r.filled-at >= headerSize {
		size := int(binary.BigEndian.Uint16(r.buffer[at:]))
		if r.filled-at < headerSize+size {
			break
		}
		if size > 0 {
			frames = append(frames, r.buffer[at+headerSize:at+headerSize+size])
		}
		at += headerSize + size
	}
	return frames, at
}

// each calls `use` with every batch of whole frames until the stream ends.
func (r *frameReader) each(use func(frames [][]byte) error) error {
	var frames [][]byte
	for {
		n, err := r.from.Read(r.buffer[r.filled:])
		if err != nil {
			return err
		}
		r.filled += n
		full := r.filled == len(r.buffer)
		var used int
		frames, used = r.take(frames[:0])
		if err := use(frames); err != nil {
			return err
		}
		r.filled = copy(r.buffer, r.buffer[used:r.filled])
		if full && len(r.buffer) < largestBuffer {
			r.buffer = append(make([]byte, 0, largestBuffer), r.buffer[:r.filled]...)[:largestBuffer]
		}
	}
}

func datagramsOf(frames [][]byte) [][]byte {
	kept := frames[:0]
	for _, frame := range frames {
		if frame[0] < controlPing {
			kept = append(kept, frame)
		}
	}
	return kept
}
