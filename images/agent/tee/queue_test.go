package tee

import (
	"context"
	"sync/atomic"
	"testing"
)

func TestAQueueHasALimitOfItsOwnAndOneForAll(t *testing.T) {
	var budget atomic.Int64
	one, two := newQueue(10, 15, &budget), newQueue(10, 15, &budget)
	put := func(queue *queue, count int, want bool) {
		t.Helper()
		if queue.put(make([]byte, count)) != want {
			t.Errorf("%d bytes: %t", count, !want)
		}
	}
	put(one, 10, true)
	put(one, 1, false)
	put(two, 6, false)
	put(two, 5, true)

	// What is being written still counts, until the next time.
	if said, more := one.take(context.Background()); len(said) != 10 || !more {
		t.Errorf("took %d bytes, %t", len(said), more)
	}
	put(two, 1, false)
	two.clear()
	put(one, 1, false)
	one.end()
	if said, more := one.take(context.Background()); len(said) != 0 || more {
		t.Errorf("took %d bytes, %t", len(said), more)
	}
	put(one, 1, false)
	put(two, 1, false)
	if left := budget.Load(); left != 0 {
		t.Errorf("%d bytes are counted and gone", left)
	}
}
