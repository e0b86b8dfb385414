package tee

import (
	"context"
	"net"
	"regexp"
	"sync/atomic"
	"time"
)

// line is one connection to the local container.
type line struct {
	tee    *Tee
	to     string
	speech speech
	queue  *queue
	// ctx is over when nobody needs the line any more.
	ctx    context.Context
	giveUp context.CancelFunc
	// owes: something was sent that is not answered yet. last: when an answer came, in nanoseconds since 1970.
	owes atomic.Bool
	last atomic.Int64
	// single: the server closes after its answer.
	single atomic.Bool
}

// openLine returns nil if there are too many.
func (t *Tee) openLine(to string, speech speech) *line {
	if t.open.Add(1) > t.limits.Copies {
		t.open.Add(-1)
		t.counts.skipped.Add(1)
		return nil
	}
	l := &line{tee: t, to: to, speech: speech, queue: newQueue(t.limits.Queue, t.limits.All, &t.budget)}
	l.ctx, l.giveUp = context.WithCancel(context.Background())
	go func() {
		defer t.open.Add(-1)
		defer l.queue.clear()
		defer l.giveUp()
		l.run()
	}()
	return l
}

func (l *line) isOver() bool { return l.ctx.Err() != nil }

// mayAskAgain: the server has answered, and keeps the connection.
func (l *line) mayAskAgain() bool { return !l.owes.Load() && !l.single.Load() }

// put takes bytes for the copy; false: it cannot keep up.
func (l *line) put(said []byte) bool {
	l.owes.Store(true)
	if l.queue.put(said) {
		return true
	}
	l.tee.counts.full.Add(1)
	return false
}

// end: nothing more comes; what is queued is still sent.
func (l *line) end() {
	l.queue.end()
	// Nothing of a copy outlives this, however slow the local container is.
	timer := time.AfterFunc(l.tee.limits.Hold, l.giveUp)
	context.AfterFunc(l.ctx, func() { timer.Stop() })
}

func (l *line) run() {
	dialer := net.Dialer{Timeout: l.tee.limits.Connect}
	connection, err := dialer.DialContext(l.ctx, "tcp", l.to)
	if err != nil {
		if l.ctx.Err() == nil {
			l.tee.counts.refused.Add(1)
		}
		return
	}
	l.tee.counts.copies.Add(1)
	defer connection.Close()
	defer context.AfterFunc(l.ctx, func() { connection.Close() })()
	heard := make(chan struct{})
	go l.hear(connection, heard)
	for {
		said, more := l.queue.take(l.ctx)
		if len(said) > 0 {
			if _, err := connection.Write(said); err != nil {
				if l.ctx.Err() == nil {
					l.tee.counts.failed.Add(1)
				}
				return
			}
		}
		if !more {
			break
		}
	}
	if !l.awaitAnswer() {
		return
	}
	connection.(*net.TCPConn).CloseWrite()
	select {
	case <-heard:
	case <-l.ctx.Done():
	}
}

// awaitAnswer: many servers give a request up when its client closes, though the original's client closes because it has its
// answer. Where it is not HTTP, the end may be what the server waits for.
func (l *line) awaitAnswer() bool {
	if l.speech == unknown {
		return l.ctx.Err() == nil
	}
	for l.owes.Load() || time.Since(time.Unix(0, l.last.Load())) < l.tee.limits.Quiet {
		select {
		case <-l.ctx.Done():
			return false
		case <-time.After(l.tee.limits.Quiet / 4):
		}
	}
	return l.ctx.Err() == nil
}

var closes = regexp.MustCompile(`(?i)^HTTP/1\.0 |^HTTP/1\.1 [^\0]*?\r\nconnection: *close\r\n`)

// hear drops the answers. When the server closes, the line is over.
func (l *line) hear(connection net.Conn, heard chan<- struct{}) {
	defer close(heard)
	defer l.giveUp()
	buffer := make([]byte, 4<<10)
	for {
		count, err := connection.Read(buffer)
		if count > 0 {
			if l.owes.Load() && l.speech == http1 && closes.Match(buffer[:count]) {
				l.single.Store(true)
			}
			l.last.Store(time.Now().UnixNano())
			l.owes.Store(false)
		}
		if err != nil {
			return
		}
	}
}
