package main

import (
	"io"
	"sync"
)

// As much is read ahead before the other end has to wait.
const mostAhead = 256 * 1024

// ahead reads on while what it has is used. TLS hands over a record at a time; a busy machine finds several here, and
// gives them to WireGuard in one piece.
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

// Read hands over all that is there, and the end only behind it.
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
