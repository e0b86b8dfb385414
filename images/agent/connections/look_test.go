package connections

import (
	"testing"
	"time"
)

const ms = time.Millisecond

func TestLast(t *testing.T) {
	for name, test := range map[string]struct {
		look Look
		want event
	}{
		"an answer after a question":                         {Look{Received: 20 * ms, Sent: 8 * ms, Acked: 20 * ms}, answer},
		"a question after an answer":                         {Look{Received: 8 * ms, Sent: 20 * ms, Acked: 8 * ms}, question},
		"a question that is not read yet":                    {Look{Received: 20 * ms, Sent: 8 * ms, Unread: 10}, question},
		"one step of the clock, the answer not acknowledged": {Look{Received: 8 * ms, Sent: 8 * ms, Acked: 8 * ms, Unacked: 1}, answer},
		"one step, acknowledged later without data":          {Look{Received: 48 * ms, Sent: 48 * ms, Acked: 8 * ms}, answer},
		"one step, acknowledged, perhaps by a question":      {Look{Received: 8 * ms, Sent: 8 * ms, Acked: 8 * ms}, unclear},
		"nothing was ever said":                              {Look{Received: 900 * ms, Sent: 900 * ms, Acked: 900 * ms}, unclear},
	} {
		if got := test.look.last(); got != test.want {
			t.Errorf("%s: %d, not %d", name, got, test.want)
		}
	}
}
