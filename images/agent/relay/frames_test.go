package relay

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
)

func datagram(size int, kind byte) []byte {
	payload := make([]byte, size)
	for i := range payload {
		payload[i] = byte(i % 251)
	}
	payload[0] = kind
	return payload
}

// read collects what a reader's batches hold until its end.
func read(from io.Reader) (found [][]byte) {
	_ = newFrameReader(from).each(func(frames [][]byte) error {
		for _, frame := range frames {
			found = append(found, bytes.Clone(frame))
		}
		return nil
	})
	return found
}

func TestAFrameIsALengthOf16BitsAndSoManyBytes(t *testing.T) {
	if got := appendFrame(nil, datagram(300, 4))[:3]; !bytes.Equal(got, []byte{1, 44, 4}) {
		t.Fatal(got)
	}
}

func TestFramesPassHoweverTheStreamIsCut(t *testing.T) {
	sent := [][]byte{datagram(148, 1), datagram(65_535, 4), datagram(7, 4), {controlPing}}
	var stream []byte
	for _, payload := range sent {
		// An empty frame is nothing.
		stream = append(appendFrame(stream, payload), 0, 0)
	}
	for name, from := range map[string]io.Reader{
		"whole":   bytes.NewReader(stream),
		"halves":  iotest.HalfReader(bytes.NewReader(stream)),
		"by byte": iotest.OneByteReader(bytes.NewReader(stream)),
	} {
		got := read(from)
		if len(got) != len(sent) {
			t.Fatalf("%s: %d frames", name, len(got))
		}
		for i := range sent {
			if !bytes.Equal(got[i], sent[i]) {
				t.Fatalf("%s: frame %d differs", name, i)
			}
		}
	}
}

func TestControlFramesAreNoDatagrams(t *testing.T) {
	frames := [][]byte{datagram(9, 4), {controlPong}, append([]byte{controlToken}, "secret"...), datagram(8, 2)}
	if got := datagramsOf(frames); len(got) != 2 || len(got[0]) != 9 || len(got[1]) != 8 {
		t.Fatal(got)
	}
}
