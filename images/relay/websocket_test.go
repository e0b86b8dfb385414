package main

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestTheHeaderOfAMessageAndAMaskOfZeros(t *testing.T) {
	for length, want := range map[int][]byte{
		5:       {0x82, 0x85, 0, 0, 0, 0},
		125:     {0x82, 0xfd, 0, 0, 0, 0},
		126:     {0x82, 0xfe, 0, 126, 0, 0, 0, 0},
		65_535:  {0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0},
		100_000: {0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x86, 0xa0, 0, 0, 0, 0},
	} {
		before := bytes.Repeat([]byte{9}, webSocketHeader)
		if got := before[putWebSocketHeader(before, opBinary, length):]; !bytes.Equal(got, want) {
			t.Errorf("%d: %x", length, got)
		}
	}
}

func TestMessagesAreReadPingsAnsweredAndTheEndTold(t *testing.T) {
	stream := []byte{0x89, 1, 'p', 0x02, 2, 'a', 'b', 0x80, 1, 'c', 0x82, 126, 0, 3, 'd', 'e', 'f', 0x88, 5, 3, 0xe8, 'b', 'y', 'e'}
	var answered []byte
	reader := &webSocketReader{from: bufio.NewReader(bytes.NewReader(stream)), answer: func(opcode byte, payload []byte) error {
		answered = append([]byte{opcode}, payload...)
		return nil
	}}
	text, err := io.ReadAll(reader)
	if string(text) != "abcdef" || err == nil || !strings.HasSuffix(err.Error(), ": bye") {
		t.Fatalf("%q %v", text, err)
	}
	if !bytes.Equal(answered, []byte{opPong, 'p'}) {
		t.Fatal(answered)
	}
}

func TestChannelsGreetAndThenCarryDataOrAnError(t *testing.T) {
	stream := []byte{0x82, 3, 0, 1, 2, 0x82, 3, 1, 1, 2, 0x82, 3, 0, 'h', 'i', 0x82, 4, 1, 'b', 'a', 'd'}
	forward := &portForward{}
	forward.channels(&webSocketReader{from: bufio.NewReader(bytes.NewReader(stream))})
	text, err := io.ReadAll(forward.data)
	if string(text) != "hi" || err == nil || err.Error() != "bad" {
		t.Fatalf("%q %v", text, err)
	}
	before := make([]byte, headroom)
	if got := before[forward.putHeader(before, 10):]; !bytes.Equal(got, []byte{0x82, 0x8b, 0, 0, 0, 0, 0}) {
		t.Fatalf("%x", got)
	}
}
