package relay

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
)

func TestWhatIsReadAheadIsWholeAndEndsWithItsError(t *testing.T) {
	sent := datagram(3*mostAhead, 1)
	reader := readAhead(io.MultiReader(iotest.HalfReader(bytes.NewReader(sent)), iotest.ErrReader(io.ErrClosedPipe)))
	got, err := io.ReadAll(reader)
	if !bytes.Equal(got, sent) || err != io.ErrClosedPipe {
		t.Fatal(len(got), err)
	}
}
