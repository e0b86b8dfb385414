package relay

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
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

func TestAnAnswerHasToBeToTheQuestion(t *testing.T) {
	asked := &http.Request{Header: http.Header{
		"Sec-Websocket-Key":      {"dGhlIHNhbXBsZSBub25jZQ=="},
		"Sec-Websocket-Protocol": {tunnelProtocol + ", " + channelsProtocol},
	}}
	// The key and its answer are the RFC's own example.
	const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	for _, row := range []struct {
		what, accept, upgrade, connection, protocol string
		status                                      int
		want                                        string
	}{
		{"right", accept, "websocket", "Upgrade", tunnelProtocol, 101, ""},
		{"older", accept, "WebSocket", "keep-alive, upgrade", channelsProtocol, 101, ""},
		{"no answer to the key", "", "websocket", "Upgrade", tunnelProtocol, 101, "not to this question"},
		{"an answer to another key", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "websocket", "Upgrade", tunnelProtocol, 101, "not to this question"},
		{"another protocol", accept, "h2c", "Upgrade", tunnelProtocol, 101, "no WebSocket"},
		{"not for this hop", accept, "websocket", "keep-alive", tunnelProtocol, 101, "no WebSocket"},
		{"what nobody offered", accept, "websocket", "Upgrade", "v5.channel.k8s.io", 101, "nobody asked for"},
		{"nothing of what was offered", accept, "websocket", "Upgrade", "", 101, "nobody asked for"},
		{"refused", "", "", "", "", 403, "answers 403"},
	} {
		answer := &http.Response{StatusCode: row.status, Status: "403 Forbidden", Header: http.Header{}}
		for name, value := range map[string]string{
			"Sec-Websocket-Accept": row.accept, "Upgrade": row.upgrade, "Connection": row.connection, "Sec-Websocket-Protocol": row.protocol,
		} {
			answer.Header.Set(name, value)
		}
		err := checkWebSocket(asked, answer)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v", row.what, err)
		}
	}
}
