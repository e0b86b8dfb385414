package connections

import (
	"strings"
	"testing"
	"time"
)

// played is a connection whose looks follow from what happens on it.
type played struct {
	now      time.Time
	look     Look
	received time.Time
	sent     time.Time
	acked    time.Time
}

func newPlayed() *played {
	start := time.Unix(1_000, 0)
	return &played{now: start, look: Look{Established: true}, received: start, sent: start, acked: start}
}

// do plays one thing: '>' a question comes, 'p' a ping does, 'x' a question comes, is answered, and the answer acknowledged, 'u' an answer goes 3 ms before the next look, '<' an answer goes, '.' a millisecond passes, '-' a hundred pass, '_' a
// second passes, 'a' what was sent is acknowledged, 'A' what came is acknowledged, 'b' bytes wait to be read, 'f' bytes wait to be sent.
func (p *played) do(thing rune) Look {
	p.look.Unread, p.look.Unsent = 0, 0
	switch thing {
	case '>', 'p':
		p.look.In++
		p.look.Bytes += map[rune]uint64{'>': 100, 'p': 17}[thing]
		p.received, p.acked, p.look.Unacked = p.now, p.now, 0
	case '<':
		p.look.Out++
		p.sent, p.look.Unacked = p.now, 1
	case 'x':
		p.look.In++
		p.look.Out++
		p.look.Bytes += 100
		p.received, p.sent, p.acked, p.look.Unacked = p.now, p.now, p.now, 0
	case 'u':
		p.look.Out++
		p.sent, p.look.Unacked = p.now, 1
		p.now = p.now.Add(3 * ms)
	case 'a':
		p.acked, p.look.Unacked = p.now, 0
	case '.':
		p.now = p.now.Add(ms)
	case '-':
		p.now = p.now.Add(100 * ms)
	case '_':
		p.now = p.now.Add(time.Second)
	case 'A':
		p.look.Acks++
	case 'b':
		p.look.Unread = 1
	case 'f':
		p.look.Unsent = 1
	}
	look := p.look
	look.Received, look.Sent = p.now.Sub(p.received), p.now.Sub(p.sent)
	look.Acked = p.now.Sub(p.acked)
	return look
}

var production = Settings{Settle: 1 * ms, Quiet: 750 * ms, Exchanges: 3}

func TestBetween(t *testing.T) {
	const exchange = ">..<......"
	const overlap = ">......>.<...<...."
	const overlaps = overlap + overlap + overlap + overlap
	for name, test := range map[string]struct {
		before, seen string
		want         bool
	}{
		"soon after the answer, when exchanges were seen": {"", exchange + exchange + exchange + exchange + ">..<..", true},
		"at the answer":                                                       {"", exchange + exchange + exchange + exchange + ">..<", false},
		"after an answer that was seen late":                                  {"", exchange + exchange + exchange + exchange + ">.u..", false},
		"acknowledged at once, so that the order is unclear":                  {"", exchange + exchange + exchange + exchange + "x..", true},
		"when the moment is over":                                             {"", exchange + exchange + exchange + exchange + ">..<......", false},
		"while a request is under way":                                        {"", exchange + exchange + exchange + exchange + ">.......", false},
		"too few exchanges":                                                   {"", exchange + exchange + ">..<..", false},
		"an answer in parts, in its pause":                                    {"", ">.<.....<......>.<.....<......>.<.....<......>.<.....<......>.<....", false},
		"an answer in parts, after a longer pause":                            {"", ">.<.....<......>.<.....<......>.<.....<......>.<.....<......>.<.....<........", true},
		"questions that overlap, after one of their answers":                  {"", exchange + exchange + exchange + exchange + ">...>.<.", false},
		"questions overlapped before, soon after an answer":                   {"", exchange + overlaps + exchange + exchange + ">.<..", false},
		"questions overlapped before, and an answer would have come":          {"", exchange + "---" + overlaps + overlaps + exchange + ">.<....................", true},
		"questions overlapped before, watched for a moment only":              {"", exchange + overlaps + exchange + exchange + ">.<....................", false},
		"questions overlapped before, soon after an answer, watched for long": {"", exchange + overlaps + exchange + "---" + exchange + ">.<..", false},
		"a question in parts before":                                          {"", exchange + exchange + exchange + exchange + overlap + ">..<..", true},
		"HTTP/2's ping, soon after it was answered":                           {"", exchange + exchange + exchange + exchange + "p.<..", false},
		"watched for a moment only":                                           {"", ">.<.>.<.>.<.>.<.>.<.", false},
		"an answer that is not sent yet":                                      {"", exchange + exchange + exchange + exchange + ">..<..f", false},
		"a question that is not read yet":                                     {"", exchange + exchange + exchange + exchange + ">..<..b", false},
		"silent since before":                                                 {">.<_", ".", true},
		"answered a moment ago, not watched before":                           {">.<-", ".", false},
		"a request that takes long":                                           {">.<.>_", ".", false},
		"a request that follows the answer at once and takes long":            {"><>_", ".", false},
		"requests in two segments, answered at once":                          {">><a.>><a_", ".", true},
		"silent since it was acknowledged at once":                            {"><a_", ".", true},
		"silent since it was acknowledged later":                              {"><.a_", ".", true},
		"a question in parts, answered at once, a while ago":                  {">", "|><a_", true},
		"an answer and the next request at once, under way":                   {">", "|<>.A_", false},
		"a stream of events":                                                  {">__<-", ".-<.-<.-<.", false},
		"a stream of rare events":                                             {">____<", "_.", false},
		"an answer that took long, silent for longer":                         {">_<__", ".", true},
		"opened and never used":                                               {"_", ".", true},
		"opened a moment ago":                                                 {"", ".", false},
	} {
		connection := newPlayed()
		var last Look
		for _, thing := range "." + test.before {
			last = connection.do(thing)
		}
		watch := newWatch(last, connection.now, &habits{})
		for i, thing := range test.seen {
			last = connection.do(thing)
			// Things that happen between two looks.
			if strings.HasPrefix(test.seen, "|") && i < 3 || thing == 'u' {
				continue
			}
			watch.see(last, connection.now, production)
		}
		if got := watch.between(last, connection.now, production); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
