package relay

import (
	"io"
	"sync"
)

// Bytes that are read ahead before the other end must wait.
const mostAhead = 256 * 1024

// ahead keeps reading while earlier data is used. TLS returns one record at a time; on a busy machine several are
// collected here and passed to WireGuard in one piece.
type ahead struct {
	mutex   sync.Mutex
	changed sync.Cond
	waiting []byte
	err     error
}

func readAhead(from io.Reader) *ahead {
	a := &ahead{waiting: make([]byte, 0, mostAhead)}
	a.changed.L = &a.mutex
	go a.fill(from)
	return a
}

func (a *ahead) fill(from io.Reader) {
	piece := make([]byte, batchSize)
	for {
		n, err := from.Read(piece)
		a.mutex.Lock()
		for len(a.waiting)+n > mostAhead {
			a.changed.Wait()
		}
		a.waiting = append(a.waiting, piece[:n]...)
		a.err = err
		a.mutex.Unlock()
		a.changed.Broadcast()
		if err != nil {
			return
		}
	}
}

// Read returns all available data, and the end of the stream only after it.
func (a *ahead) Read(into []byte) (int, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for len(a.waiting) == 0 && a.err == nil {
		a.changed.Wait()
	}
	n := copy(into, a.waiting)
	a.waiting = a.waiting[:copy(a.waiting, a.waiting[n:])]
	a.changed.Broadcast()
	if n == 0 {
		return 0, a.err
	}
	return n, nil
}
