package cargo

import (
	"slices"
	"testing"
	"time"
)

func TestASilentPeerIsCalledAnew(t *testing.T) {
	const second = time.Second
	for name, row := range map[string]struct {
		keepalive time.Duration
		received  []int64
		want      []action
	}{
		"a peer that is heard":                         {5 * second, []int64{1, 2, 3, 4, 5, 6, 7, 8}, nil},
		"no keepalive":                                 {0, []int64{1, 1, 1, 1, 1, 1, 1, 1}, nil},
		"silence of two keepalives":                    {2 * second, []int64{1, 1, 1}, nil},
		"more than that":                               {2 * second, []int64{1, 1, 1, 1}, []action{{renew, 0}}},
		"at the next endpoint, and the next":           {2 * second, []int64{1, 1, 1, 1, 0, 0, 0, 0, 0, 0}, []action{{renew, 0}, {renew, 1}, {renew, 2}}},
		"heard again, the first endpoint is the first": {2 * second, []int64{1, 1, 1, 1, 5, 5, 5, 5}, []action{{renew, 0}, {renew, 0}}},
		"never heard":                                  {2 * second, []int64{0, 0, 0}, []action{{renew, 0}}},
		"a better endpoint is tried now and then, each in turn": {5 * second,
			[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, []action{{tryBetter, 0}, {tryBetter, 1}}},
	} {
		better := time.Hour
		if name[:8] == "a better" {
			better = 12 * second
		}
		now := watch{every: 2 * second, betterEvery: better}
		var did []action
		for i, received := range row.received {
			var next action
			now, next = now.next(look{time.Duration(i+1) * 2 * second, received, row.keepalive})
			if next.kind != nothing {
				did = append(did, next)
			}
		}
		if !slices.Equal(did, row.want) {
			t.Errorf("%s: %v, want %v", name, did, row.want)
		}
	}
}
