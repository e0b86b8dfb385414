package relay

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
)

// What comes from the network may be anything. A reader must not panic, must come to an end, and must find the same
// however the stream is cut.

// More than any input here holds.
const mostFound = 1 << 20

// readings are one stream, cut in three ways.
func readings(stream []byte) []io.Reader {
	return []io.Reader{
		bytes.NewReader(stream),
		iotest.HalfReader(bytes.NewReader(stream)),
		iotest.OneByteReader(bytes.NewReader(stream)),
	}
}

// sameHoweverCut reads the stream in each way, with a new reader, and compares bytes, answers and the end.
func sameHoweverCut(t *testing.T, stream []byte, open func(from io.Reader, answer func(string)) io.Reader) {
	var first string
	for i, from := range readings(stream) {
		var answers []string
		reader := open(from, func(text string) { answers = append(answers, text) })
		data, err := io.ReadAll(io.LimitReader(reader, mostFound))
		if len(data) > len(stream) {
			t.Fatalf("%d bytes out of %d", len(data), len(stream))
		}
		found := fmt.Sprintf("%x, answered %q, ended with %v", data, answers, err)
		if i == 0 {
			first = found
		} else if found != first {
			t.Fatalf("%s\ninstead of %s", found, first)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte{0, 1, 4, 0, 0, 0, 2, controlPing, 0})
	f.Add(appendFrame(appendFrame(nil, datagram(148, 1)), []byte{controlToken, 'x'}))
	f.Add([]byte{0xff, 0xff, 1, 2, 3})
	f.Fuzz(func(t *testing.T, stream []byte) {
		var want [][]byte
		for rest := stream; len(rest) >= headerSize; {
			end := headerSize + int(binary.BigEndian.Uint16(rest))
			if end > len(rest) {
				break
			}
			if end > headerSize {
				want = append(want, rest[headerSize:end])
			}
			rest = rest[end:]
		}
		for _, from := range readings(stream) {
			got := read(from)
			if len(got) != len(want) {
				t.Fatalf("%d frames instead of %d", len(got), len(want))
			}
			for i := range want {
				if !bytes.Equal(got[i], want[i]) {
					t.Fatalf("frame %d is %x instead of %x", i, got[i], want[i])
				}
			}
			for _, one := range datagramsOf(got) {
				if one[0] >= controlPing {
					t.Fatalf("a control frame among the datagrams: %x", one)
				}
			}
		}
	})
}

func FuzzSpdy(f *testing.F) {
	f.Add(bytes.Join([][]byte{
		spdyControl(2, 0, 0, 0, 3), onStream(dataStream, "first,", 0), spdyControl(spdyPing, 0, 0, 0, 2),
		onStream(errorStream, "", spdyFin), onStream(dataStream, "second", 0), onStream(dataStream, "", spdyFin),
	}, nil))
	f.Add(spdyControl(spdyRstStream, 0, 0, 0, 3, 0, 0, 0, 1))
	f.Add(onStream(errorStream, "connection refused", 0))
	f.Add([]byte{0, 0, 0, dataStream, 0, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, stream []byte) {
		sameHoweverCut(t, stream, func(from io.Reader, answer func(string)) io.Reader {
			return &spdyReader{from: from, answer: func(frame []byte) error {
				answer(string(frame))
				return nil
			}}
		})
	})
}

func webSocketSeeds(f *testing.F) {
	f.Add([]byte{0x89, 1, 'p', 0x02, 2, 'a', 'b', 0x80, 1, 'c', 0x82, 126, 0, 3, 'd', 'e', 'f', 0x88, 5, 3, 0xe8, 'b', 'y', 'e'})
	f.Add([]byte{0x82, 3, 0, 1, 2, 0x82, 3, 1, 1, 2, 0x82, 3, 0, 'h', 'i', 0x82, 4, 1, 'b', 'a', 'd'})
	f.Add([]byte{0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'})
	f.Add([]byte{0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x'})
	f.Add([]byte{0x82, 127, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x'})
}

func FuzzWebSocket(f *testing.F) {
	webSocketSeeds(f)
	f.Fuzz(func(t *testing.T, stream []byte) {
		sameHoweverCut(t, stream, func(from io.Reader, answer func(string)) io.Reader {
			return webSocketFrom(from, answer)
		})
	})
}

func FuzzChannels(f *testing.F) {
	webSocketSeeds(f)
	f.Fuzz(func(t *testing.T, stream []byte) {
		sameHoweverCut(t, stream, func(from io.Reader, answer func(string)) io.Reader {
			forward := &portForward{}
			forward.channels(webSocketFrom(from, answer))
			return forward.data
		})
	})
}

func webSocketFrom(from io.Reader, answer func(string)) *webSocketReader {
	return &webSocketReader{from: bufio.NewReader(from), answer: func(opcode byte, payload []byte) error {
		answer(fmt.Sprintf("%d %s", opcode, payload))
		return nil
	}}
}
