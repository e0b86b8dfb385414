package tee

import (
	"context"
	"sync"
	"sync/atomic"
)

// queue holds bytes for one copy, within limits of its own and of all copies together.
type queue struct {
	most, all int64
	budget    *atomic.Int64
	mutex     sync.Mutex
	bytes     []byte
	ended     bool
	wake      chan struct{}
	// taken: bytes that are being written.
	taken int64
}

func newQueue(most, all int64, budget *atomic.Int64) *queue {
	return &queue{most: most, all: all, budget: budget, wake: make(chan struct{}, 1)}
}

// put copies the bytes, or takes nothing and returns false.
func (q *queue) put(said []byte) bool {
	count := int64(len(said))
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if q.ended || int64(len(q.bytes))+q.taken+count > q.most {
		return false
	}
	if q.budget.Add(count) > q.all {
		q.budget.Add(-count)
		return false
	}
	q.bytes = append(q.bytes, said...)
	q.signal()
	return true
}

func (q *queue) end() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.ended = true
	q.signal()
}

// take waits for bytes and returns all; what was taken before counts as written. `more` is false when no more will come.
func (q *queue) take(ctx context.Context) (said []byte, more bool) {
	for {
		q.mutex.Lock()
		q.budget.Add(-q.taken)
		said, q.bytes = q.bytes, nil
		q.taken = int64(len(said))
		ended := q.ended
		q.mutex.Unlock()
		if len(said) > 0 || ended {
			return said, !ended
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil, false
		}
	}
}

// clear drops what is left; nothing can be put any more.
func (q *queue) clear() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.budget.Add(-q.taken - int64(len(q.bytes)))
	q.bytes, q.taken, q.ended = nil, 0, true
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
