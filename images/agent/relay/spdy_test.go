package relay

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func spdyControl(kind byte, body ...byte) []byte {
	return append([]byte{0x80, 3, 0, kind, 0, 0, 0, byte(len(body))}, body...)
}

func onStream(stream uint32, text string, flags byte) []byte {
	return append(appendSpdyHeader(nil, stream, flags, len(text)), text...)
}

func TestTwoStreamsAreOpenedErrorsWhichIsClosedAndData(t *testing.T) {
	rest := spdyOpening(51822)
	var zlib []byte
	var heads []uint32
	for len(rest) > 0 {
		word, length := binary.BigEndian.Uint32(rest), int(binary.BigEndian.Uint32(rest[4:])&0xffffff)
		body := rest[spdyHeader : spdyHeader+length]
		if word>>31 == 1 {
			heads = append(heads, binary.BigEndian.Uint32(body))
			zlib = append(zlib, body[10:]...)
		} else if word != errorStream || rest[4] != spdyFin || length != 0 {
			t.Fatalf("%x", rest[:spdyHeader])
		}
		rest = rest[spdyHeader+length:]
	}
	if len(heads) != 2 || heads[0] != errorStream || heads[1] != dataStream {
		t.Fatal(heads)
	}
	// Both blocks are one stream of zlib, which goes on: behind its two bytes there is no end.
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(zlib[2:])))
	if err != io.ErrUnexpectedEOF {
		t.Fatal(err)
	}
	for _, word := range []string{"streamtype", "error", "data", "port", "51822", "requestid"} {
		if !strings.Contains(string(text), word) {
			t.Errorf("no %s in %q", word, text)
		}
	}
}

func TestDataIsTakenOutOfItsFramesAndRepliesArePassedOver(t *testing.T) {
	stream := bytes.Join([][]byte{
		spdyControl(2, 0, 0, 0, 3), onStream(dataStream, "first,", 0), onStream(errorStream, "", spdyFin),
		onStream(dataStream, "second", 0), onStream(dataStream, "", spdyFin),
	}, nil)
	reader := &spdyReader{from: iotest.OneByteReader(bytes.NewReader(stream))}
	text, err := io.ReadAll(reader)
	if string(text) != "first,second" || err == nil || !strings.Contains(err.Error(), "closed the stream") {
		t.Fatalf("%q %v", text, err)
	}
}

func TestAPingIsSentBackAsItIs(t *testing.T) {
	ping := spdyControl(spdyPing, 0, 0, 0, 2)
	var answered []byte
	reader := &spdyReader{from: bytes.NewReader(ping), answer: func(frame []byte) error {
		answered = frame
		return nil
	}}
	_, _ = io.ReadAll(reader)
	if !bytes.Equal(answered, ping) {
		t.Fatal(answered)
	}
}

func TestAResetAFarewellAndAnErrorAreEnds(t *testing.T) {
	for want, frame := range map[string][]byte{
		"the kubelet ended the stream": spdyControl(spdyRstStream, 0, 0, 0, 3, 0, 0, 0, 1),
		"connection refused":           onStream(errorStream, "connection refused", 0),
	} {
		if _, err := io.ReadAll(&spdyReader{from: bytes.NewReader(frame)}); err == nil || err.Error() != want {
			t.Errorf("%v instead of %s", err, want)
		}
	}
	frame := spdyControl(spdyGoAway, 0, 0, 0, 3, 0, 0, 0, 0)
	if _, err := io.ReadAll(&spdyReader{from: bytes.NewReader(frame)}); err == nil {
		t.Error("no end after a farewell")
	}
}
